using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>The same key is published once within its window, and gives the first receipt.</summary>
internal static class IdempotencyCases
{
    private const string Topic = "Idempotency";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, SameKeyAgain_IsPublishedOnce),
        One(Topic, SameKeyAgainWithHistory_GivesTheFirstReceipt),
        One(Topic, SameKeyAtOnceOnAllNodes_IsPublishedOnce),
        One(Topic, SameKeyAtOnceWithHistory_IsPublishedOnce),
        One(Topic, OtherKeys_ArePublished),
        One(Topic, FailedCall_MayBeRepeated),
        One(Topic, SeveralChannels_EachOnce),
        One(Topic, OneConnection_IsSentOnce),
        One(Topic, AfterTheWindow_IsPublishedAgain),
    ];

    private static async Task SameKeyAgain_IsPublishedOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = await here.JoinAsync(run.News);

        var first = await PublishAsync(there, run.Own("key"), 1, run.News);
        var second = await PublishAsync(there, run.Own("key"), 2, run.News);
        var third = await PublishAsync(here, run.Own("key"), 3, run.News);
        await there.SayAsync(run.News, "after");

        await client.GetsAsync("1", "\"after\"");
        Check.Sequence(first.Channels, second.Channels, "the second receipt is the first");
        Check.Sequence(first.Channels, third.Channels, "another node's receipt is the first");
    }

    private static async Task SameKeyAgainWithHistory_GivesTheFirstReceipt(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = await here.JoinAsync(run.Orders);

        var first = await PublishAsync(there, run.Own("key"), 1, run.Orders);
        await there.SayAsync(run.Orders, 2);
        var second = await PublishAsync(there, run.Own("key"), 3, run.Orders);
        var third = await PublishAsync(here, run.Own("key"), 4, run.Orders);
        await there.SayAsync(run.Orders, "after");

        await client.GetsAsync("1", "2", "\"after\"");
        Check.Equal(1L, first.Channels[0].Position?.Offset, "the offset in the first receipt");
        Check.Sequence(first.Channels, second.Channels, "the second receipt is the first");
        Check.Sequence(first.Channels, third.Channels, "another node's receipt is the first");
    }

    private static Task SameKeyAtOnceOnAllNodes_IsPublishedOnce(CaseRun run) => AtOnceAsync(run, run.News);

    private static Task SameKeyAtOnceWithHistory_IsPublishedOnce(CaseRun run) => AtOnceAsync(run, run.Orders);

    private static async Task AtOnceAsync(CaseRun run, Channel channel)
    {
        var (here, there) = await run.StartAsync();
        var client = await here.JoinAsync(channel);

        for (var round = 0; round < 5; round++)
        {
            var key = run.Own($"key-{round}");
            var receipts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => PublishAsync(i % 2 == 0 ? here : there, key, round, channel))));
            foreach (var receipt in receipts)
            {
                Check.Sequence(receipts[0].Channels, receipt.Channels, "all receipts of one key are the same");
            }
        }

        await here.SayAsync(channel, "after");
        await there.SayAsync(channel, "after");
        await client.UntilAsync(frames => frames.Count(frame => frame.Data == "\"after\"") == 2, "gets the messages after");
        Check.Set(["0", "1", "2", "3", "4"], client.Data.Where(data => data != "\"after\""), "what the client gets");
    }

    private static async Task OtherKeys_ArePublished(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = await here.JoinAsync(run.News);

        await PublishAsync(there, run.Own("key"), 1, run.News);
        await PublishAsync(there, run.Own("Key"), 2, run.News);
        await PublishAsync(there, run.Own("größer {key}"), 3, run.News);
        await there.SayAsync(run.News, 4);

        await client.GetsAsync("1", "2", "3", "4");
    }

    private static async Task FailedCall_MayBeRepeated(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = await here.JoinAsync(run.News);

        await Check.ThrowsAsync<BroadcastSerializationException>(
            () => PublishAsync(there, run.Own("key"), typeof(int), run.News), "publishing what is no JSON");
        await Check.ThrowsAsync<ConnectionNotFoundException>(
            () => there.Broadcaster.ToConnection(run.NewConnectionId()).Event("e").WithIdempotencyKey(run.Own("key")).SendAsync().AsTask(),
            "sending to an unknown connection");
        await PublishAsync(there, run.Own("key"), 1, run.News);
        await PublishAsync(here, run.Own("key"), 2, run.News);
        await there.SayAsync(run.News, 3);

        await client.GetsAsync("1", "3");
    }

    private static async Task SeveralChannels_EachOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (news, orders) = (await here.JoinAsync(run.News), await here.JoinAsync(run.Orders));

        var first = await PublishAsync(there, run.Own("key"), 1, run.News, run.Orders);
        var second = await PublishAsync(here, run.Own("key"), 2, run.News, run.Orders);
        await there.SayAsync(run.News, 3);
        await there.SayAsync(run.Orders, 3);

        await news.GetsAsync("1", "3");
        await orders.GetsAsync("1", "3");
        Check.Sequence(first.Channels, second.Channels, "the second receipt is the first");
    }

    private static async Task OneConnection_IsSentOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = here.Connect();

        foreach (var node in new[] { there, there, here })
        {
            await node.Broadcaster.ToConnection(client.Id).Event("once").WithIdempotencyKey(run.Own("key")).SendAsync();
        }

        await there.Broadcaster.ToConnection(client.Id).Event("after").SendAsync();
        await client.UntilAsync(frames => frames[^1].Event == "after", "gets the last event");
        Check.Sequence(["once", "after"], client.Frames.Select(frame => frame.Event), "the events that it is sent");
    }

    private static async Task AfterTheWindow_IsPublishedAgain(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.IdempotencyWindow = TimeSpan.FromMilliseconds(500));
        var first = await PublishAsync(there, run.Own("key"), 1, run.Orders);

        BroadcastReceipt? again = null;
        await run.UntilAsync(
            async () =>
            {
                again = await PublishAsync(here, run.Own("key"), 2, run.Orders);
                return again.Channels[0].Position != first.Channels[0].Position;
            },
            "the key is forgotten");
        Check.Equal(2L, again?.Channels[0].Position?.Offset, "the offset of what was published again");
    }

    private static Task<BroadcastReceipt> PublishAsync(CaseNode node, string key, object data, params Channel[] channels) =>
        node.Broadcaster.BroadcastAsync(new BroadcastRequest { Event = new SimpleEvent("e", data, channels), IdempotencyKey = key }).AsTask();
}
