namespace RfBroadcast.Benchmarks;

/// <summary>One node publishes, another has the subscribers; and the same with the memory broadcaster, where both are one process.</summary>
/// <remarks>
/// All processes run all the time, and the two are measured in turn: what waking a core costs depends on what else has woken it before, and on a mostly idle
/// machine that is a fifth of a delivery. So both have the same neighbours, and whatever comes over the machine comes over both.
/// </remarks>
internal sealed class RemoteWorkload : IRedisWorkload
{
    private const int Rounds = 3;
    private const int Subscribers = 1000;
    private const int FewSubscribers = 10;
    private const int PerSecond = 20;
    private const int FewPerSecond = 1000;
    private const int BurstMessages = 2000;

    // In memory a message that is awaited is accepted at once, so as many are on their way as the hub has room for (1,024). Through Redis it is accepted after
    // a round trip; an app that publishes as fast as it is let has as many under way then.
    private const int UnderWay = 1000;

    // As in SteadyWorkload; few subscribers and many messages make the compiler see the path of a message.
    private const int WarmUpBursts = 5;
    private const int WarmUpPerSecond = 60;
    private const int WarmUpPublishes = 2000;

    public string Name => "remote";

    public async Task RunAsync(Cores cores, RedisProcess redis, Results results, bool quick)
    {
        await using var memory = await Session.StartAsync(cores, ServerKind.RfBroadcast);
        await using var remote = await Session.StartAsync(cores, redis);
        Session[] sessions = [memory, remote];
        foreach (var session in sessions)
        {
            await WarmUpAsync(session, quick);
        }

        var rounds = new Results();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var session in sessions)
            {
                var few = await SteadyAsync(session, "few", FewPerSecond, seconds: 2, FewSubscribers);
                few.AddTo(rounds, "remote, 1000/s to 10", session.Kind);
                var steady = await SteadyAsync(session, "news", PerSecond, seconds: quick ? 3 : 4, Subscribers);
                steady.AddTo(rounds, "remote, 20/s to 1000", session.Kind);
                var burst = await BurstAsync(session);
                burst.AddBurstTo(rounds, "remote, burst to 1000", session.Kind);
            }
        }

        foreach (var session in sessions)
        {
            results.AddMedians(rounds, session.Kind);
        }
    }

    private static async Task WarmUpAsync(Session session, bool quick)
    {
        // The client does little by itself, but does it for ever: once a second it sends what a publisher sends all the time. Before that has been compiled
        // in full, which would take minutes, a tenth of what a delivery costs is the compiler's.
        await session.PublishFromServerAsync("unheard", WarmUpPublishes);
        await session.ConnectAsync("few", FewSubscribers);
        await session.ConnectAsync("news", Subscribers);
        await SteadyAsync(session, "few", FewPerSecond, seconds: quick ? 3 : 4, FewSubscribers);
        for (var burst = 0; burst < WarmUpBursts; burst++)
        {
            await BurstAsync(session);
            await Task.Delay(200); // the just-in-time compiler's turn
        }

        await SteadyAsync(session, "news", WarmUpPerSecond, seconds: quick ? 6 : 10, Subscribers);
    }

    private static Task<DeliveryMeasured> BurstAsync(Session session) =>
        session.BurstManyAsync("news", BurstMessages, (long)BurstMessages * Subscribers, session.Kind == ServerKind.Redis ? UnderWay : 1);

    private static Task<DeliveryMeasured> SteadyAsync(Session session, string channel, int perSecond, int seconds, int subscribers) =>
        session.SteadyAsync(channel, perSecond, perSecond * seconds, (long)perSecond * seconds * subscribers);
}
