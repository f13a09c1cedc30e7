namespace RfBroadcast.Benchmarks;

/// <summary>10,000 connections, each with a subscription: what memory they take before the first message, and after ten.</summary>
internal sealed class IdleWorkload : IWorkload
{
    private const int Connections = 10_000;
    private const int WarmUpConnections = 200;
    private const int Messages = 10;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    public string Name => "idle";

    public bool IsMain => true;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        // What the first clients load and compile is the program's, not theirs.
        await session.ConnectAsync("news", WarmUpConnections);
        await session.BurstAsync("news", Messages, Messages * WarmUpConnections);
        await session.CloseClientsAsync();
        await Task.Delay(Settle);
        var before = await session.ResidentAsync();

        await session.ConnectAsync("news", Connections);
        await Task.Delay(Settle);
        await AddAsync(Name);

        await session.SteadyAsync("news", perSecond: 5, Messages, Messages * Connections);
        await Task.Delay(Settle);
        await AddAsync("idle, after 10 messages");

        async Task AddAsync(string row) =>
            results.Add(row, session.Kind, Figure.ResidentPerConnection, (await session.ResidentAsync() - before) / 1000.0 / Connections);
    }
}
