using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>Who is subscribed, and what a subscription's end means.</summary>
internal static class SubscriptionCases
{
    private const string Topic = "Subscription";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, Subscribe_Again_IsAnsweredAgainAndChangesNothing),
        One(Topic, Subscribe_Cancelled_ThrowsAndLeavesNothing),
        One(Topic, Subscribe_NegativeLast_ThrowsAndLeavesNothing),
        One(Topic, Subscribe_SocketThatHasClosed_IsEnded),
        One(Topic, Unsubscribe_IsTheLastThingOfTheChannel),
        One(Topic, Unsubscribe_WhoIsNotSubscribed_IsFalse),
        One(Topic, Unsubscribe_AndBack_GetsMessagesAgain),
        One(Topic, RemoveConnection_EndsAllItsSubscriptions),
        One(Topic, RemoveConnection_Twice_IsAllowed),
        One(Topic, IsSubscribed_IsAboutThisNode),
        One(Topic, GetConnections_GivesThoseOfAllNodes),
    ];

    private static async Task Subscribe_Again_IsAnsweredAgainAndChangesNothing(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = await here.JoinAsync(run.News);

        var outcome = await here.Broadcaster.SubscribeAsync(CaseNode.Request(connection, run.News) with { RequestId = "2" });
        await there.SayAsync(run.News, 1);
        await there.SayAsync(run.News, 2);

        Check.Equal(SubscribeOutcome.AlreadySubscribed, outcome, "the outcome");
        await connection.GetsAsync("1", "2");
        Check.Sequence(["subscribed", "subscribed", "event", "event"], connection.Kinds, "what the client is sent");
        Check.Equal("2", connection.Subscribed.RequestId, "the id of the request that is answered");
    }

    private static async Task Subscribe_Cancelled_ThrowsAndLeavesNothing(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = here.Connect("ada");

        foreach (var channel in new[] { run.News, run.Orders, run.Chat })
        {
            await Check.ThrowsAsync<OperationCanceledException>(
                () => here.Broadcaster.SubscribeAsync(CaseNode.Request(connection, channel), new CancellationToken(canceled: true)).AsTask(),
                "a cancelled subscribe");
            Check.That(!here.Broadcaster.IsSubscribed(connection.Id, channel), $"{channel} is not subscribed to");
        }

        Check.Sequence([], await there.MembersAsync(run.Chat), "the members");
    }

    private static async Task Subscribe_NegativeLast_ThrowsAndLeavesNothing(CaseRun run)
    {
        var (here, _) = await run.StartAsync();
        var connection = here.Connect();

        await Check.ThrowsAsync<ArgumentOutOfRangeException>(
            () => here.Broadcaster.SubscribeAsync(CaseNode.Request(connection, run.Orders) with { Last = -1 }).AsTask(),
            "a negative number of messages");
        Check.That(!here.Broadcaster.IsSubscribed(connection.Id, run.Orders), "it is not subscribed");
    }

    private static async Task Subscribe_SocketThatHasClosed_IsEnded(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var gone = here.Connect("ada");
        await here.LoseAsync(gone);

        foreach (var channel in new[] { run.News, run.Orders, run.Chat })
        {
            var outcome = await here.Broadcaster.SubscribeAsync(CaseNode.Request(gone, channel) with { UserId = "ada" });
            Check.Equal(SubscribeOutcome.Ended, outcome, $"the outcome on {channel}");
        }

        Check.Sequence([], await there.MembersAsync(run.Chat), "the members");
    }

    private static async Task Unsubscribe_IsTheLastThingOfTheChannel(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (leaving, staying) = (await here.JoinAsync(run.News), await here.JoinAsync(run.News));
        await there.SayAsync(run.News, 1);
        await leaving.UntilEventsAsync(1);

        var was = await here.Broadcaster.UnsubscribeAsync(leaving.Id, run.News, new UnsubscribeReason(0, RequestId: "7"));
        await there.SayAsync(run.News, 2);
        await staying.GetsAsync("1", "2");

        Check.That(was, "unsubscribing says that it was subscribed");
        Check.Sequence(["subscribed", "event", "unsubscribed"], leaving.Kinds, "what the client is sent");
        Check.Equal("7", leaving.Frames[2].RequestId, "the id of the request that is answered");
    }

    private static async Task Unsubscribe_WhoIsNotSubscribed_IsFalse(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = here.Connect();

        Check.That(!await here.Broadcaster.UnsubscribeAsync(connection.Id, run.News), "the answer on its own node is false");
        Check.That(!await there.Broadcaster.UnsubscribeAsync(connection.Id, run.News), "the answer on another node is false");
        Check.That(!await there.Broadcaster.UnsubscribeAsync(run.NewConnectionId(), run.News), "the answer for an unknown id is false");
        Check.Equal(0, connection.Frames.Count, "the frames it is sent");
    }

    private static async Task Unsubscribe_AndBack_GetsMessagesAgain(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = await here.JoinAsync(run.News);
        await there.SayAsync(run.News, 1);
        await connection.UntilEventsAsync(1);

        await here.Broadcaster.UnsubscribeAsync(connection.Id, run.News);
        await there.SayAsync(run.News, 2);
        await here.SubscribeAsync(connection, run.News);
        await there.SayAsync(run.News, 3);

        // What was under way may still come, or not: it was at most once.
        await connection.UntilAsync(frames => frames[^1].Data == "3", "gets the last message");
        Check.Equal("1", connection.Data[0], "the first message");
    }

    private static async Task RemoveConnection_EndsAllItsSubscriptions(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var staying = await here.JoinAsync(run.News);
        var leaving = await here.JoinAsync(run.News, "ada");
        await here.SubscribeAsync(leaving, run.Orders);
        await here.SubscribeAsync(leaving, run.Chat);

        await here.Broadcaster.RemoveConnectionAsync(leaving.Id, leaveAtOnce: true);
        var frames = leaving.Frames.Count;
        await there.SayAsync(run.News, 1);
        await staying.GetsAsync("1");

        Check.Equal(frames, leaving.Frames.Count, "the frames it was sent by then");
        foreach (var channel in new[] { run.News, run.Orders, run.Chat })
        {
            Check.That(!here.Broadcaster.IsSubscribed(leaving.Id, channel), $"it is not subscribed to {channel}");
            Check.That(
                !(await there.Broadcaster.GetConnectionsAsync(channel)).Contains(leaving.Id, StringComparer.Ordinal),
                $"it is no connection of {channel}");
        }

        Check.Sequence([], await there.MembersAsync(run.Chat), "the members");
    }

    private static async Task RemoveConnection_Twice_IsAllowed(CaseRun run)
    {
        var (here, _) = await run.StartAsync();
        var connection = await here.JoinAsync(run.Chat, "ada");

        await Task.WhenAll(here.LoseAsync(connection).AsTask(), here.LoseAsync(connection).AsTask());
        await here.LoseAsync(connection);

        Check.That(!here.Broadcaster.IsSubscribed(connection.Id, run.Chat), "it is not subscribed");
    }

    private static async Task IsSubscribed_IsAboutThisNode(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = await here.JoinAsync(run.News);

        Check.That(here.Broadcaster.IsSubscribed(connection.Id, run.News), "it is subscribed where it is connected");
        Check.Equal(!run.HasManyNodes, there.Broadcaster.IsSubscribed(connection.Id, run.News), "whether it is subscribed on another node");
        Check.That(!here.Broadcaster.IsSubscribed(connection.Id, run.Orders), "it is not subscribed to another channel");
    }

    private static async Task GetConnections_GivesThoseOfAllNodes(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        foreach (var channel in new[] { run.News, run.Orders, run.Chat })
        {
            CaseConnection[] connections =
            [
                await here.JoinAsync(channel, "ada"),
                await here.JoinAsync(channel, "bob"),
                await there.JoinAsync(channel, "ada"),
            ];
            var other = here.Connect();
            await here.SubscribeAsync(other, Channel.Public(run.News.Name + ".other"));

            foreach (var node in new[] { here, there })
            {
                Check.Set(
                    connections.Select(connection => connection.Id),
                    await node.Broadcaster.GetConnectionsAsync(channel),
                    $"the connections of {channel}");
            }

            await here.Broadcaster.UnsubscribeAsync(connections[0].Id, channel);
            Check.Set(
                [connections[1].Id, connections[2].Id],
                await there.Broadcaster.GetConnectionsAsync(channel),
                $"the connections of {channel} that are left");
            await here.LoseAsync(other);
        }
    }
}
