namespace RfBroadcast.Benchmarks;

/// <summary>
/// JSON of a size to 1,000 subscribers: without compression, compressed once for all, and compressed for each. First at a
/// rate, so that every message is sent by itself, then as fast as the server takes it.
/// </summary>
internal sealed class CompressionWorkload(string name, int size) : IWorkload
{
    private const int Subscribers = 1000;
    private const int PerSecond = 5;
    private const int WarmUps = 2;

    public string Name => name;

    public bool IsMain => false;

    public bool Has(ServerKind server) => server is ServerKind.RfBroadcast or ServerKind.RfBroadcastDeflate or ServerKind.WebSocketDeflate;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        var burstMessages = session.Kind == ServerKind.WebSocketDeflate ? 60 : 1000; // compressing for each takes long
        var before = await session.ResidentAsync();
        await session.ConnectAsync("news", Subscribers);
        for (var round = 0; round < WarmUps; round++)
        {
            await BurstAsync(session, burstMessages / 4);
            await Task.Delay(300); // the just-in-time compiler's turn
        }

        await SteadyAsync(session, seconds: 2);
        var steady = await SteadyAsync(session, quick ? 4 : 8);
        var row = FormattableString.Invariant($"{name}, {PerSecond}/s");
        steady.AddTo(results, row, session.Kind);
        results.Add(row, session.Kind, Figure.ResidentPerConnection, (await session.ResidentAsync() - before) / 1024.0 / Subscribers);

        var burst = await BurstAsync(session, burstMessages);
        burst.AddTo(results, name + ", burst", session.Kind);
    }

    private Task<DeliveryMeasured> SteadyAsync(Session session, int seconds) =>
        session.SteadyJsonAsync("news", PerSecond, PerSecond * seconds, (long)PerSecond * seconds * Subscribers, size);

    private Task<DeliveryMeasured> BurstAsync(Session session, int messages) =>
        session.BurstJsonAsync("news", messages, (long)messages * Subscribers, size);
}
