using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>One connection, and the connections of one user, are reached wherever they are.</summary>
internal static class ConnectionCases
{
    private const string Topic = "Connection";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, Direct_ReachesThatConnectionAlone),
        One(Topic, Direct_KeepsItsOrder),
        One(Topic, Direct_ToAConnectionThatIsNotThere_ThrowsAndSendsNothing),
        One(Topic, Direct_ToAConnectionThatHasGone_Throws),
        One(Topic, Direct_ToAnIdWithoutASocket_Throws),
        One(Topic, Direct_TogetherWithAChannel_ReachesBoth),
        One(Topic, User_IsReachedOnAllConnections),
        One(Topic, User_WithCharactersThatNamesMayNotHold_IsReached),
        One(Topic, Organization_IsReachedOnItsChannel),
    ];

    private static async Task Direct_ReachesThatConnectionAlone(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (one, two) = (here.Connect(), here.Connect());

        var receipt = await there.Broadcaster.ToConnection(one.Id).Event("hi").With("größer").SendAsync();
        await there.Broadcaster.ToConnection(two.Id).Event("after").With(2).SendAsync();

        Check.Equal(0, receipt.Channels.Count, "the channels in the receipt");
        await GetsDirectAsync(one, "hi");
        Check.Equal("größer", System.Text.Json.Nodes.JsonNode.Parse(one.Frames[0].Data!)!.GetValue<string>(), "the data");
        await GetsDirectAsync(two, "after");
    }

    private static async Task Direct_KeepsItsOrder(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = here.Connect();

        var names = Enumerable.Range(0, 20).Select(i => $"e{i}").ToArray();
        foreach (var name in names)
        {
            await there.Broadcaster.ToConnection(connection.Id).Event(name).SendAsync();
        }

        await GetsDirectAsync(connection, names);
    }

    private static async Task Direct_ToAConnectionThatIsNotThere_ThrowsAndSendsNothing(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var subscriber = await here.JoinAsync(run.News);
        var unknown = run.NewConnectionId();

        var fault = await Check.ThrowsAsync<ConnectionNotFoundException>(
            () => there.Broadcaster.ToConnection(unknown).To(run.News.WireName).Event("hi").SendAsync().AsTask(),
            "sending to an unknown connection");
        await there.SayAsync(run.News, "after");

        Check.Equal(unknown, fault.ConnectionId, "the connection in the exception");
        await subscriber.GetsAsync("\"after\"");
    }

    private static async Task Direct_ToAConnectionThatHasGone_Throws(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = here.Connect();
        await there.Broadcaster.ToConnection(connection.Id).Event("hi").SendAsync();
        await GetsDirectAsync(connection, "hi");
        await here.LoseAsync(connection);

        await Check.ThrowsAsync<ConnectionNotFoundException>(
            () => there.Broadcaster.ToConnection(connection.Id).Event("hi").SendAsync().AsTask(),
            "sending to a connection that has gone");
    }

    private static async Task Direct_ToAnIdWithoutASocket_Throws(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var id = run.NewConnectionId();
        await here.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = id, Channel = run.News });

        await Check.ThrowsAsync<ConnectionNotFoundException>(
            () => there.Broadcaster.ToConnection(id).Event("hi").SendAsync().AsTask(),
            "sending to an id without a socket");
    }

    private static async Task Direct_TogetherWithAChannel_ReachesBoth(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (one, subscriber) = (here.Connect(), await here.JoinAsync(run.News));

        var receipt = await there.Broadcaster.ToConnection(one.Id).To(run.News.WireName).Event("hi").With(1).SendAsync();

        Check.Sequence([run.News], receipt.Channels.Select(channel => channel.Channel), "the channels of the receipt");
        await GetsDirectAsync(one, "hi");
        await subscriber.GetsAsync("1");
    }

    private static Task User_IsReachedOnAllConnections(CaseRun run) => ReachesUser(run, run.Own("ada"));

    private static Task User_WithCharactersThatNamesMayNotHold_IsReached(CaseRun run) => ReachesUser(run, run.Own("auth0|ada.lovelace@example.org =ß"));

    private static async Task ReachesUser(CaseRun run, string userId)
    {
        var (here, there) = await run.StartAsync();
        var channel = Channel.User(userId);
        CaseConnection[] connections =
        [
            await here.JoinAsync(channel, userId),
            await here.JoinAsync(channel, userId),
            await there.JoinAsync(channel, userId),
        ];
        var other = await here.JoinAsync(Channel.User(userId + "x"), userId + "x");

        await there.Broadcaster.BroadcastToUserAsync(userId, "e", 1);
        await there.Broadcaster.BroadcastToUserAsync(userId + "x", "e", 2);

        foreach (var connection in connections)
        {
            await connection.GetsAsync("1");
        }

        await other.GetsAsync("2");
    }

    private static async Task Organization_IsReachedOnItsChannel(CaseRun run)
    {
        var (here, there) = await run.StartAsync(options => options.OrganizationChannel = "firms.{id}.all");
        var connection = await here.JoinAsync(Channel.Private($"firms.{run.Own("acme")}.all"));

        await there.Broadcaster.BroadcastToOrganizationAsync(run.Own("acme"), "e", 1);

        await connection.GetsAsync("1");
    }

    private static async Task GetsDirectAsync(CaseConnection connection, params string[] events)
    {
        await connection.UntilAsync(
            frames => frames.Count(frame => frame.Kind == "direct") >= events.Length,
            $"is sent {events.Length} events of its own");
        Check.Sequence(events, connection.Frames.Select(frame => frame.Event ?? frame.Kind), "what the connection is sent");
    }
}
