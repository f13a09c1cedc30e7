using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>The server lists, disconnects and unsubscribes clients, on whatever node they are.</summary>
internal static class ControlCases
{
    private const string Topic = "Control";

    private static readonly TimeSpan LongGrace = TimeSpan.FromHours(1);

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, List_ShowsTheConnectionsOfAllNodes),
        One(Topic, Disconnect_ClosesForGoodAndLeavesAtOnce),
        One(Topic, Disconnect_ToComeBack_KeepsTheMember),
        One(Topic, Disconnect_UnknownConnection_IsFalse),
        One(Topic, DisconnectUser_ClosesAllConnectionsOfThatUser),
        One(Topic, Unsubscribe_TellsTheClientOnAnyNode),
        One(Topic, Unsubscribe_OnAnyNode_LeavesPresence),
        One(Topic, Unsubscribe_OnAnyNode_CanBeUndone),
    ];

    private static async Task List_ShowsTheConnectionsOfAllNodes(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (ada, guest) = (await here.JoinAsync(run.Chat, "ada"), there.Connect());
        await here.SubscribeAsync(ada, run.News);
        await here.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = run.NewConnectionId(), Channel = run.News });

        foreach (var node in new[] { here, there })
        {
            var list = await node.Connections.ListAsync();
            Check.Set([ada.Id, guest.Id], list.Select(connection => connection.ConnectionId), "the connections, without ids that have no socket");
            var shown = list.Single(connection => connection.ConnectionId == ada.Id);
            Check.Equal("ada", shown.UserId, "the user");
            Check.Set([run.Chat.WireName, run.News.WireName], shown.Channels.Select(channel => channel.WireName), "the channels");
            Check.Equal((null, 0), Shown(list.Single(connection => connection.ConnectionId == guest.Id)), "a guest without channels");
        }

        static (string? User, int Channels) Shown(ConnectionInfo connection) => (connection.UserId, connection.Channels.Count);
    }

    private static async Task Disconnect_ClosesForGoodAndLeavesAtOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = LongGrace);
        var bob = await here.JoinAsync(run.Chat, "bob");
        var ada = await here.JoinAsync(run.Chat, "ada");

        var was = await there.Connections.DisconnectAsync(ada.Id);

        Check.That(was, "disconnecting says that it was connected");
        Check.Equal(4001, await ada.ClosedAsync(), "the close code");
        await bob.SeesEdgesAsync("+ada", "-ada");
        Check.Sequence(["bob"], await there.MembersAsync(run.Chat), "the members");
        Check.That(!here.Broadcaster.IsSubscribed(ada.Id, run.Chat), "it is not subscribed");
        Check.That(!await there.Connections.DisconnectAsync(ada.Id), "disconnecting it again says that it was not connected");
    }

    private static async Task Disconnect_ToComeBack_KeepsTheMember(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = LongGrace);
        var bob = await here.JoinAsync(run.Chat, "bob");
        var ada = await here.JoinAsync(run.Chat, "ada");

        await there.Connections.DisconnectAsync(ada.Id, DisconnectReason.Reconnect);
        Check.Equal(4200, await ada.ClosedAsync(), "the close code");
        await run.UntilAsync(() => Task.FromResult(!here.Broadcaster.IsSubscribed(ada.Id, run.Chat)), "its subscription ends");
        await run.SettleAsync(run.Chat, bob);

        Check.Sequence(["+ada"], bob.Edges, "what another member sees");
        Check.Set(["bob", "ada"], await there.MembersAsync(run.Chat), "the members");
    }

    private static async Task Disconnect_UnknownConnection_IsFalse(CaseRun run)
    {
        var (_, there) = await run.StartAsync();

        Check.That(!await there.Connections.DisconnectAsync(run.NewConnectionId()), "disconnecting an unknown connection says so");
        Check.Equal(0, await there.Connections.DisconnectUserAsync(run.Own("nobody")), "the connections of an unknown user");
    }

    private static async Task DisconnectUser_ClosesAllConnectionsOfThatUser(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        CaseConnection[] adas = [here.Connect(run.Own("ada")), here.Connect(run.Own("ada")), there.Connect(run.Own("ada"))];
        CaseConnection[] others = [here.Connect(run.Own("Ada")), there.Connect()];

        var count = await there.Connections.DisconnectUserAsync(run.Own("ada"), DisconnectReason.OverCapacity);

        Check.Equal(3, count, "how many there were");
        foreach (var ada in adas)
        {
            Check.Equal(4100, await ada.ClosedAsync(), "the close code");
        }

        Check.Set(
            others.Select(other => other.Id),
            (await here.Connections.ListAsync()).Select(connection => connection.ConnectionId),
            "the connections that are left");
        Check.Equal(0, await here.Connections.DisconnectUserAsync(run.Own("ada")), "how many are left");
    }

    private static async Task Unsubscribe_TellsTheClientOnAnyNode(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        foreach (var channel in new[] { run.News, run.Orders })
        {
            var (client, staying) = (await here.JoinAsync(channel), await here.JoinAsync(channel));

            var was = await there.Broadcaster.UnsubscribeAsync(client.Id, channel, UnsubscribeReason.Revoked);
            await there.SayAsync(channel, "after");
            await staying.GetsAsync("\"after\"");

            Check.That(was, "unsubscribing says that it was subscribed");
            Check.Sequence(["subscribed", "unsubscribed"], client.Kinds, "what the client is sent");
            Check.Equal(2001, client.Frames[1].Code, "the code it is told");
            Check.That(!here.Broadcaster.IsSubscribed(client.Id, channel), "it is not subscribed");
            Check.That(!await there.Broadcaster.UnsubscribeAsync(client.Id, channel), "unsubscribing it again says that it was not subscribed");
        }
    }

    private static async Task Unsubscribe_OnAnyNode_LeavesPresence(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.PresenceGrace = LongGrace);
        var bob = await here.JoinAsync(run.Chat, "bob");
        var ada = await here.JoinAsync(run.Chat, "ada");

        await there.Broadcaster.UnsubscribeAsync(ada.Id, run.Chat.WireName);
        await bob.SeesEdgesAsync("+ada", "-ada");

        Check.Equal(2000, ada.Frames[^1].Code, "the code it is told");
        Check.Sequence(["bob"], await there.MembersAsync(run.Chat), "the members");
    }

    private static async Task Unsubscribe_OnAnyNode_CanBeUndone(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var client = await here.JoinAsync(run.Orders);

        for (var i = 1; i <= 5; i++)
        {
            await there.Broadcaster.UnsubscribeAsync(client.Id, run.Orders);
            await here.SubscribeAsync(client, run.Orders);
            await there.SayAsync(run.Orders, i);
            await client.UntilEventsAsync(i);
        }

        await client.GetsOffsetsAsync(1, 5);
    }
}
