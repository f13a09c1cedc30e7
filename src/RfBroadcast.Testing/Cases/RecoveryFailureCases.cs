using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>A client that cannot get all it missed is told why, and gets what is live.</summary>
internal static class RecoveryFailureCases
{
    private const string Topic = "RecoveryFailure";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, MoreThanIsKept_IsExpired),
        One(Topic, AgedOut_IsExpired),
        One(Topic, AnotherEpoch_IsEpoch),
        One(Topic, TheFuture_IsEpoch),
        One(Topic, MoreThanMayBeSent_IsLimit),
        One(Topic, LastMoreThanMayBeSent_GetsTheNewestThatFit),
        One(Topic, ChannelWithoutHistory_IsNoHistory),
        One(Topic, PresenceChannelWithoutHistory_IsNoHistoryWithItsMembers),
    ];

    private static async Task MoreThanIsKept_IsExpired(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.Channels.For("orders.{**id}", c => c.KeepHistory(5, TimeSpan.FromMinutes(10))));
        var top = await there.SayRangeAsync(run.Orders, 1, 8);

        await FailsAsync(run, here, there, top with { Offset = 2 }, RecoveryFailure.Expired, top);
    }

    private static async Task AgedOut_IsExpired(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.Channels.For("orders.{**id}", c => c.KeepHistory(100, TimeSpan.FromMilliseconds(500))));
        var top = await there.SayRangeAsync(run.Orders, 1, 3);
        await run.UntilAsync(async () => (await here.History.ReadLastAsync(run.Orders, 9)).Messages.Count == 0, "all messages age out");

        await FailsAsync(run, here, there, top with { Offset = 2 }, RecoveryFailure.Expired, top);
    }

    private static async Task AnotherEpoch_IsEpoch(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await there.SayRangeAsync(run.Orders, 1, 3);

        await FailsAsync(run, here, there, top with { Epoch = "another", Offset = 2 }, RecoveryFailure.Epoch, top);
    }

    private static async Task TheFuture_IsEpoch(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await there.SayRangeAsync(run.Orders, 1, 3);

        await FailsAsync(run, here, there, top with { Offset = 4 }, RecoveryFailure.Epoch, top);
    }

    private static async Task MoreThanMayBeSent_IsLimit(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.RecoveryBytes = 16 * 1024);
        var top = await SayLargeAsync(there, run.Orders);

        await FailsAsync(run, here, there, top with { Offset = 10 }, RecoveryFailure.Limit, top);
        var client = here.Connect();
        await here.SubscribeAsync(client, run.Orders, request => request with { Since = top with { Offset = top.Offset - 2 } });
        Check.Equal(true, client.Subscribed.Recovered, "whether who missed less is told that it has all");
    }

    private static async Task LastMoreThanMayBeSent_GetsTheNewestThatFit(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.RecoveryBytes = 16 * 1024);
        var top = await SayLargeAsync(there, run.Orders);

        var client = here.Connect();
        await here.SubscribeAsync(client, run.Orders, request => request with { Last = 50 });
        await there.SayAsync(run.Orders, "live");

        await client.UntilAsync(frames => frames[^1].Offset > top.Offset, "gets the live message");
        var count = client.Offsets.Count;
        Check.That(count is > 5 and < 17, $"some of the thirty messages fit; it got {count}");
        Check.Range(top.Offset + 2 - count, top.Offset + 1, client.Offsets, "what it gets");
    }

    private static async Task ChannelWithoutHistory_IsNoHistory(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = here.Connect();

        await here.SubscribeAsync(client, run.News, request => request with { Since = new ChannelPosition("e", 1) });
        await there.SayAsync(run.News, 1);

        await client.GetsAsync("1");
        Check.Equal((false, RecoveryFailure.NoHistory, null), (client.Subscribed.Recovered, client.Subscribed.Failure, client.Subscribed.Epoch), "what it is told");
    }

    private static async Task PresenceChannelWithoutHistory_IsNoHistoryWithItsMembers(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        await there.JoinAsync(run.Chat, "bob");
        var client = here.Connect("ada");

        await here.SubscribeAsync(client, run.Chat, request => request with { Since = new ChannelPosition("e", 1) });

        Check.Equal((false, RecoveryFailure.NoHistory), (client.Subscribed.Recovered, client.Subscribed.Failure), "what it is told");
        Check.Set(["bob", "ada"], client.Subscribed.Members ?? [], "the members that it is told");
    }

    private static async Task<ChannelPosition> SayLargeAsync(CaseNode node, Channel channel)
    {
        ChannelPosition? top = null;
        for (var i = 0; i < 30; i++)
        {
            top = (await node.SayAsync(channel, new string('x', 1_000))).Position;
        }

        return top ?? default;
    }

    private static async Task FailsAsync(CaseRun run, CaseNode here, CaseNode there, ChannelPosition since, RecoveryFailure failure, ChannelPosition top)
    {
        var client = here.Connect();
        await here.SubscribeAsync(client, run.Orders, request => request with { Since = since });
        await there.SayAsync(run.Orders, "live");

        await client.GetsAsync("\"live\"");
        Check.Equal(
            (false, failure, top.Epoch, top.Offset),
            (client.Subscribed.Recovered, client.Subscribed.Failure, client.Subscribed.Epoch, client.Subscribed.Offset),
            "what it is told");
        Check.Sequence([top.Offset + 1], client.Offsets, "the offset of the live message");
        await here.LoseAsync(client);
    }
}
