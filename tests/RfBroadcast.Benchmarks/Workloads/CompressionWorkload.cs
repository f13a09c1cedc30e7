namespace RfBroadcast.Benchmarks;

/// <summary>
/// JSON of a size to 1,000 subscribers: without compression, compressed once for all, and compressed for each. First at a
/// rate, so that every message is sent by itself, then as fast as the server takes it.
/// </summary>
internal sealed class CompressionWorkload(string name, int size) : IWorkload
{
    private const int Subscribers = 1000;
    private const int PerSecond = 3; // as much as compressing for each can keep up with
    private const int WarmUpConnections = 100;

    // Less than a connection's queue holds: a client that is slow for a moment is not to be closed for it.
    private const int BurstBytes = 800 * 1024;

    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    public string Name => name;

    public bool IsMain => false;

    public bool StandsAlone => true;

    public bool Has(ServerKind server) => server is ServerKind.RfBroadcast or ServerKind.RfBroadcastDeflate or ServerKind.WebSocketDeflate;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        var burstMessages = session.Kind == ServerKind.WebSocketDeflate ? 25 : BurstBytes / size; // compressing for each takes long

        // What the first clients load and compile is the program's, not theirs.
        await session.ConnectAsync("news", WarmUpConnections);
        await session.BurstJsonAsync("news", burstMessages, (long)burstMessages * WarmUpConnections, size);
        await session.CloseClientsAsync();
        await Task.Delay(Settle);
        var before = await session.ResidentAsync();

        await session.ConnectAsync("news", Subscribers);
        await BurstAsync(session, burstMessages / 4);
        await SteadyAsync(session, seconds: 2);
        var steady = await SteadyAsync(session, quick ? 4 : 6);
        var row = FormattableString.Invariant($"{name}, {PerSecond}/s");
        steady.AddTo(results, row, session.Kind);
        results.Add(row, session.Kind, Figure.ResidentPerConnection, (await session.ResidentAsync() - before) / 1000.0 / Subscribers);

        var burst = await BurstAsync(session, burstMessages);
        burst.AddBurstTo(results, name + ", burst", session.Kind);
    }

    private Task<DeliveryMeasured> SteadyAsync(Session session, int seconds) =>
        session.SteadyJsonAsync("news", PerSecond, PerSecond * seconds, (long)PerSecond * seconds * Subscribers, size);

    private Task<DeliveryMeasured> BurstAsync(Session session, int messages) =>
        session.BurstJsonAsync("news", messages, (long)messages * Subscribers, size);
}
