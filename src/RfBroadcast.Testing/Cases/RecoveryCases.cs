using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>A client that comes back gets what it missed, once and in order, and then what is live.</summary>
internal static class RecoveryCases
{
    private const string Topic = "Recovery";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, Fresh_IsToldThePositionAndGetsOnlyLiveMessages),
        One(Topic, Fresh_BeforeTheFirstMessage_HasAPositionToComeBackWith),
        One(Topic, Since_GetsExactlyWhatWasMissedThenLive),
        One(Topic, Since_TheTop_MissedNothing),
        One(Topic, Since_OnAnotherNode_GetsExactlyWhatWasMissed),
        One(Topic, Since_AfterNobodyWasSubscribed_GetsExactlyWhatWasMissed),
        One(Topic, Since_ManyMissed_AllCome),
        One(Topic, Last_GetsUpToSoManyThenLive),
        One(Topic, LeftOut_IsNotReplayedUnderEitherId),
        One(Topic, Subscribe_Again_TellsThePositionAndReplaysNothing),
        One(Topic, Unsubscribed_ComesBackByPosition),
        One(Topic, UnderTraffic_NoGapAndNoRepeat),
        One(Topic, UnderTraffic_FreshSubscribersHaveNoGap),
        One(Topic, UnderTraffic_FirstSubscriberOfANode_HasNoGap),
    ];

    private static async Task Fresh_IsToldThePositionAndGetsOnlyLiveMessages(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await there.SayRangeAsync(run.Orders, 1, 3);

        var client = await here.JoinAsync(run.Orders);
        await there.SayRangeAsync(run.Orders, 4, 5);

        await client.GetsAsync("4", "5");
        Check.Sequence([4L, 5L], client.Offsets, "the offsets");
        Check.Equal((run.Orders.WireName, top.Epoch, 3L, null), (client.Subscribed.Channel, client.Subscribed.Epoch, client.Subscribed.Offset, client.Subscribed.Recovered), "what it is told");
    }

    private static async Task Fresh_BeforeTheFirstMessage_HasAPositionToComeBackWith(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var early = await here.JoinAsync(run.Orders);
        await here.LoseAsync(early);
        await there.SayRangeAsync(run.Orders, 1, 2);

        var back = await BackAsync(here, run.Orders, new ChannelPosition(early.Subscribed.Epoch ?? "", early.Subscribed.Offset));

        await back.GetsOffsetsAsync(1, 2);
        Check.Equal(true, back.Subscribed.Recovered, "whether it is told that it has all");
    }

    private static async Task Since_GetsExactlyWhatWasMissedThenLive(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await there.SayRangeAsync(run.Orders, 1, 6);

        var client = here.Connect();
        await here.SubscribeAsync(client, run.Orders, request => request with { Since = top with { Offset = 2 }, RequestId = "9" });
        await there.SayRangeAsync(run.Orders, 7, 8);

        await client.GetsOffsetsAsync(3, 8);
        Check.Sequence(["3", "4", "5", "6", "7", "8"], client.Data, "the data");
        Check.Equal("subscribed", client.Kinds[0], "the first frame");
        Check.Equal(
            ("9", top.Epoch, 6L, true, RecoveryFailure.None),
            (client.Subscribed.RequestId, client.Subscribed.Epoch, client.Subscribed.Offset, client.Subscribed.Recovered, client.Subscribed.Failure),
            "what it is told");
    }

    private static async Task Since_TheTop_MissedNothing(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await there.SayRangeAsync(run.Orders, 1, 3);

        var client = await BackAsync(here, run.Orders, top);
        await there.SayAsync(run.Orders, 4);

        await client.GetsOffsetsAsync(4, 4);
        Check.Equal((true, 3L), (client.Subscribed.Recovered, client.Subscribed.Offset), "what it is told");
    }

    private static async Task Since_OnAnotherNode_GetsExactlyWhatWasMissed(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var node = here;
        var client = await node.JoinAsync(run.Orders);
        var position = new ChannelPosition(client.Subscribed.Epoch ?? "", client.Subscribed.Offset);

        for (var visit = 0; visit < 4; visit++)
        {
            await there.SayAsync(run.Orders, "live");
            await client.GetsOffsetsAsync(position.Offset + 1, position.Offset + (visit == 0 ? 1 : 3));
            position = position with { Offset = client.Offsets[^1] };
            await node.LoseAsync(client);

            await here.SayAsync(run.Orders, "missed");
            await there.SayAsync(run.Orders, "missed");
            node = node == here ? there : here;
            client = await BackAsync(node, run.Orders, position);
            Check.Equal(true, client.Subscribed.Recovered, "whether it is told that it has all");
        }
    }

    private static async Task Since_AfterNobodyWasSubscribed_GetsExactlyWhatWasMissed(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = await here.JoinAsync(run.Orders);
        var top = await there.SayRangeAsync(run.Orders, 1, 2);
        await client.GetsOffsetsAsync(1, 2);
        await here.LoseAsync(client);

        await there.SayRangeAsync(run.Orders, 3, 50);
        var back = await BackAsync(here, run.Orders, top);
        await there.SayAsync(run.Orders, 51);

        await back.GetsOffsetsAsync(3, 51);
    }

    private static async Task Since_ManyMissed_AllCome(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.Channels.For("orders.{**id}", c => c.KeepHistory(2_000, TimeSpan.FromMinutes(10))));
        var top = (await there.SayAsync(run.Orders, 1)).Position ?? default;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => there.SayRangeAsync(run.Orders, 1, 100)));

        var client = await BackAsync(here, run.Orders, top);

        await client.GetsOffsetsAsync(2, 1001);
    }

    private static async Task Last_GetsUpToSoManyThenLive(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        await there.SayRangeAsync(run.Orders, 1, 6);
        var (two, all) = (here.Connect(), here.Connect());

        await here.SubscribeAsync(two, run.Orders, request => request with { Last = 2 });
        await here.SubscribeAsync(all, run.Orders, request => request with { Last = 1000 });
        await there.SayAsync(run.Orders, 7);

        await two.GetsOffsetsAsync(5, 7);
        await all.GetsOffsetsAsync(1, 7);
        Check.Equal((6L, null), (two.Subscribed.Offset, two.Subscribed.Recovered), "what it is told");
    }

    private static async Task LeftOut_IsNotReplayedUnderEitherId(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (client, old) = (here.Connect(), run.NewConnectionId());
        await there.SayAsync(run.Orders, "all");
        await there.SayAsync(run.Orders, "not old", except: old);
        await there.SayAsync(run.Orders, "not new", except: client.Id);
        var top = (await there.SayAsync(run.Orders, "not another", except: run.NewConnectionId())).Position ?? default;

        await here.SubscribeAsync(client, run.Orders, request => request with { Since = top with { Offset = 0 }, PreviousConnectionId = old });
        await there.SayAsync(run.Orders, "live");

        await client.GetsAsync("\"all\"", "\"not another\"", "\"live\"");
        Check.Equal(true, client.Subscribed.Recovered, "whether it is told that it has all");
    }

    private static async Task Subscribe_Again_TellsThePositionAndReplaysNothing(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await there.SayRangeAsync(run.Orders, 1, 2);
        var client = await here.JoinAsync(run.Orders);
        await there.SayRangeAsync(run.Orders, 3, 4);
        await client.GetsOffsetsAsync(3, 4);

        var outcome = await here.Broadcaster.SubscribeAsync(CaseNode.Request(client, run.Orders) with { RequestId = "2", Last = 10 });
        await there.SayAsync(run.Orders, 5);

        await client.GetsOffsetsAsync(3, 5);
        Check.Equal(SubscribeOutcome.AlreadySubscribed, outcome, "the outcome");
        Check.Equal(("2", top.Epoch, 4L), (client.Subscribed.RequestId, client.Subscribed.Epoch, client.Subscribed.Offset), "what it is told");
    }

    private static async Task Unsubscribed_ComesBackByPosition(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = await here.JoinAsync(run.Orders);
        var top = await there.SayRangeAsync(run.Orders, 1, 2);
        await client.GetsOffsetsAsync(1, 2);

        await here.Broadcaster.UnsubscribeAsync(client.Id, run.Orders, UnsubscribeReason.Gap);
        await there.SayRangeAsync(run.Orders, 3, 4);
        await here.SubscribeAsync(client, run.Orders, request => request with { Since = top });
        await there.SayAsync(run.Orders, 5);

        await client.GetsOffsetsAsync(1, 5);
        Check.Sequence(["subscribed", "event", "event", "unsubscribed", "subscribed"], client.Kinds.Take(5), "what it is sent");
    }

    private static async Task UnderTraffic_NoGapAndNoRepeat(CaseRun run)
    {
        const int Messages = 600;
        var (here, there) = await run.StartAsync(options => options.Channels.For("orders.{**id}", c => c.KeepHistory(Messages, TimeSpan.FromMinutes(10))));
        var epoch = (await here.History.ReadLastAsync(run.Orders, 0)).Top?.Epoch ?? "";
        var publishing = Task.WhenAll(
            Task.Run(() => here.SayRangeAsync(run.Orders, 1, Messages / 2)),
            Task.Run(() => there.SayRangeAsync(run.Orders, 1, Messages / 2)));

        // Clients that stay for some messages, go, and come back on the other node.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
        {
            long at = 0;
            for (var visit = client; at < Messages; visit++)
            {
                var node = visit % 2 == 0 ? here : there;
                var connection = await BackAsync(node, run.Orders, new ChannelPosition(epoch, at));
                var want = Math.Min(Messages, at + 40 + client);
                await connection.UntilAsync(frames => frames[^1].Offset >= want, $"gets offset {want}");
                await node.LoseAsync(connection);
                Check.Equal(true, connection.Subscribed.Recovered, "whether it is told that it has all");
                Check.Range(at + 1, connection.Offsets[^1], connection.Offsets, "what a client gets on one visit");
                at = connection.Offsets[^1];
            }
        })));
        await publishing;
    }

    private static async Task UnderTraffic_FreshSubscribersHaveNoGap(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var publishing = Task.Run(() => there.SayRangeAsync(run.Orders, 1, 400));
        var clients = new List<CaseConnection>();
        for (var i = 0; i < 10; i++)
        {
            var client = (i % 2 == 0 ? here : there).Connect();
            await (i % 2 == 0 ? here : there).SubscribeAsync(client, run.Orders, request => request with { Last = i });
            clients.Add(client);
        }

        await publishing;
        await there.SayAsync(run.Orders, 401);
        for (var i = 0; i < clients.Count; i++)
        {
            var client = clients[i];
            await client.UntilAsync(frames => frames[^1].Offset >= 401 && frames[^1].Kind == "event", "gets the last message");
            Check.Range(Math.Max(1, client.Subscribed.Offset + 1 - i), 401, client.Offsets, $"what a client with the last {i} gets");
        }
    }

    private static async Task UnderTraffic_FirstSubscriberOfANode_HasNoGap(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            // A channel that nobody listened to here before.
            var channel = Channel.Private($"{run.Orders.Name}.{round}");
            var publishing = Task.Run(() => there.SayRangeAsync(channel, 1, 30));
            var client = await here.JoinAsync(channel);
            await publishing;
            await there.SayAsync(channel, 31);

            await client.UntilAsync(frames => frames[^1].Kind == "event" && frames[^1].Offset >= 31, "gets the last message");
            Check.Range(client.Subscribed.Offset + 1, 31, client.Offsets, "what the first subscriber gets");
        }
    }

    private static async Task<CaseConnection> BackAsync(CaseNode node, Channel channel, ChannelPosition since)
    {
        var connection = node.Connect();
        await node.SubscribeAsync(connection, channel, request => request with { Since = since });
        return connection;
    }
}
