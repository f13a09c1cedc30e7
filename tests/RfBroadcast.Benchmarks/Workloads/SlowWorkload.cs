namespace RfBroadcast.Benchmarks;

/// <summary>
/// 1,000 subscribers of a channel that drops the oldest message for whoever is too slow. Then 10 of them stop reading until all
/// buffers on their way are full, so that every further message meets a full queue. SignalR is left out: its group send waits
/// for them.
/// </summary>
internal sealed class SlowWorkload : IWorkload
{
    private const string Channel = "drops.news";
    private const int Subscribers = 1000;
    private const int Stalled = 10;
    private const int PerSecond = 20;
    private const int LargeMessage = 16 * 1024;

    // What the kernel's buffers take of one connection is under 5 MB (a send buffer grows to 4 MiB by default), RfBroadcast's queue 1 MiB.
    private const int LargeMessages = 448;

    public string Name => "slow";

    public bool IsMain => false;

    public bool Has(ServerKind server) => server is ServerKind.RfBroadcast or ServerKind.Limit;

    public async Task RunAsync(Session session, Results results, bool quick)
    {
        await session.ConnectAsync(Channel, Subscribers);
        await session.BurstAsync(Channel, 500, 500L * Subscribers);
        await FillAsync(session, Subscribers);
        await SteadyAsync(session, Subscribers, seconds: 2);
        (await SteadyAsync(session, Subscribers, seconds: 6)).AddTo(results, "slow, none stalled", session.Kind);

        await session.StallAsync(Stalled);
        await FillAsync(session, Subscribers - Stalled);
        await SteadyAsync(session, Subscribers - Stalled, seconds: 2);
        (await SteadyAsync(session, Subscribers - Stalled, seconds: 6)).AddTo(results, "slow, 10 stalled", session.Kind);
    }

    // In steps, so that nobody who reads is ever too slow.
    private static async Task FillAsync(Session session, int readers)
    {
        const int Step = 16;
        for (var sent = 0; sent < LargeMessages; sent += Step)
        {
            await session.BurstAsync(Channel, Step, Step * readers, LargeMessage);
        }
    }

    private static Task<DeliveryMeasured> SteadyAsync(Session session, int readers, int seconds) =>
        session.SteadyAsync(Channel, PerSecond, PerSecond * seconds, (long)PerSecond * seconds * readers);
}
