namespace RfBroadcast.Benchmarks;

/// <summary>One node publishes, another has the subscribers; and the same with the memory broadcaster, where both are one process.</summary>
internal sealed class RemoteWorkload : IRedisWorkload
{
    private const int Subscribers = 1000;
    private const int FewSubscribers = 10;
    private const int WarmUps = 5;
    private const int BurstMessages = 2000;
    private const int LatencyPerSecond = 1000;

    public string Name => "remote";

    public async Task RunAsync(Cores cores, RedisProcess redis, Results results, bool quick)
    {
        await using (var memory = await Session.StartAsync(cores, ServerKind.RfBroadcast))
        {
            await RunAsync(memory, results, quick);
        }

        await using var remote = await Session.StartAsync(cores, redis);
        await RunAsync(remote, results, quick);
    }

    private static async Task RunAsync(Session session, Results results, bool quick)
    {
        // Few subscribers and many messages make the compiler see the path of a message, which both sizes share.
        await session.ConnectAsync("few", FewSubscribers);
        await SteadyAsync(session, "few", LatencyPerSecond, seconds: quick ? 5 : 8, FewSubscribers);
        await Task.Delay(300); // the just-in-time compiler's turn
        var latency = await SteadyAsync(session, "few", LatencyPerSecond, seconds: quick ? 3 : 5, FewSubscribers);
        latency.AddTo(results, "remote, 1000/s to 10", session.Kind);

        await session.ConnectAsync("news", Subscribers);
        for (var round = 0; round < WarmUps; round++)
        {
            await BurstAsync(session);
            await Task.Delay(200);
        }

        var bursts = new Results();
        for (var burst = 0; burst < 3; burst++)
        {
            var measured = await BurstAsync(session);
            measured.AddBurstTo(bursts, "remote, burst to 1000", session.Kind);
        }

        await SteadyAsync(session, "news", perSecond: 50, seconds: 5, Subscribers); // as SteadyWorkload
        var steady = await SteadyAsync(session, "news", perSecond: 20, seconds: quick ? 4 : 6, Subscribers);
        steady.AddTo(results, "remote, 20/s to 1000", session.Kind);
        results.AddMedians(bursts, session.Kind);
    }

    private static Task<DeliveryMeasured> BurstAsync(Session session) =>
        session.BurstAsync("news", BurstMessages, (long)BurstMessages * Subscribers);

    private static Task<DeliveryMeasured> SteadyAsync(Session session, string channel, int perSecond, int seconds, int subscribers) =>
        session.SteadyAsync(channel, perSecond, perSecond * seconds, (long)perSecond * seconds * subscribers);
}
