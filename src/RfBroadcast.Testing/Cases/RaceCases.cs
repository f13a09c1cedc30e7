using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>Calls that overtake each other end in agreement: nobody is subscribed in vain, nobody is a ghost.</summary>
internal static class RaceCases
{
    private const string Topic = "Race";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, LastOneOutAndFirstOneIn_TheFirstOneInGetsMessages),
        One(Topic, LastOneOutAndFirstOneIn_WithHistory_NoGap),
        One(Topic, ManyConnectionsComeAndGo_WhoStaysMissesNothing),
        One(Topic, SubscribingAndEndingTheSame_EndInAgreement),
        One(Topic, SubscribingAndEndingTheSame_OnPresence_EndInAgreement),
        One(Topic, ManyChannels_AreSubscribedAtOnce),
        Many(Topic, UserMovesBetweenNodes_IsAMemberOnceOrNotAtAll),
    ];

    private static async Task LastOneOutAndFirstOneIn_TheFirstOneInGetsMessages(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var last = await here.JoinAsync(run.News);
        for (var round = 0; round < 30; round++)
        {
            var next = here.Connect();
            await Task.WhenAll(
                Task.Run(() => here.LoseAsync(last).AsTask()),
                Task.Run(() => here.SubscribeAsync(next, run.News)));

            await there.SayAsync(run.News, round);
            await next.GetsAsync(round.ToString(System.Globalization.CultureInfo.InvariantCulture));
            last = next;
        }
    }

    private static async Task LastOneOutAndFirstOneIn_WithHistory_NoGap(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var last = await here.JoinAsync(run.Orders);
        for (var round = 1; round <= 30; round++)
        {
            var next = here.Connect();
            var publishing = Task.Run(() => there.SayAsync(run.Orders, round));
            await Task.WhenAll(
                Task.Run(() => here.LoseAsync(last).AsTask()),
                Task.Run(() => here.SubscribeAsync(next, run.Orders, request => request with { Last = 1 })));
            await publishing;

            await next.UntilAsync(frames => frames[^1].Offset == round && frames[^1].Kind == "event", $"gets offset {round}");
            last = next;
        }
    }

    private static async Task ManyConnectionsComeAndGo_WhoStaysMissesNothing(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var staying = await here.JoinAsync(run.News);
        var stayingWithHistory = await there.JoinAsync(run.Orders);

        var visitors = Enumerable.Range(0, 6).Select(visitor => Task.Run(async () =>
        {
            var node = visitor % 2 == 0 ? here : there;
            for (var visit = 0; visit < 15; visit++)
            {
                var connection = await node.JoinAsync(run.News);
                await node.SubscribeAsync(connection, run.Orders);
                await node.LoseAsync(connection);
            }
        }));
        var publishing = Task.Run(async () =>
        {
            await there.SayRangeAsync(run.News, 1, 100);
            await here.SayRangeAsync(run.Orders, 1, 100);
        });
        await Task.WhenAll([.. visitors, publishing]);

        await staying.GetsAsync([.. Enumerable.Range(1, 100).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        await stayingWithHistory.GetsOffsetsAsync(1, 100);
    }

    private static Task SubscribingAndEndingTheSame_EndInAgreement(CaseRun run) => RaceAsync(run, run.Orders);

    private static Task SubscribingAndEndingTheSame_OnPresence_EndInAgreement(CaseRun run) => RaceAsync(run, run.Chat);

    private static async Task RaceAsync(CaseRun run, Channel channel)
    {
        var (here, there) = await run.StartAsync();
        for (var round = 0; round < 50; round++)
        {
            var connection = here.Connect("ada");
            await Task.WhenAll(
                Task.Run(async () =>
                {
                    await here.Broadcaster.SubscribeAsync(CaseNode.Request(connection, channel));
                    await here.Broadcaster.SubscribeAsync(CaseNode.Request(connection, channel));
                }),
                Task.Run(async () =>
                {
                    await here.Broadcaster.UnsubscribeAsync(connection.Id, channel);
                    await here.Broadcaster.UnsubscribeAsync(connection.Id, channel);
                }));

            var isSubscribed = here.Broadcaster.IsSubscribed(connection.Id, channel);
            var connections = await there.Broadcaster.GetConnectionsAsync(channel);
            Check.Equal(isSubscribed, connections.Contains(connection.Id, StringComparer.Ordinal), "whether the channel's connections have it, as it says itself");
            var kinds = connection.Kinds;
            Check.Equal(isSubscribed, kinds.Count > 0 && kinds[^1] == "subscribed", "whether the client was told last that it is subscribed");
            if (channel.IsPresence)
            {
                Check.Equal(isSubscribed ? 1 : 0, (await there.MembersAsync(channel)).Count, "the number of members");
            }

            await here.Broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce: true);
        }
    }

    private static async Task ManyChannels_AreSubscribedAtOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = here.Connect("ada");
        var channels = Enumerable.Range(0, 60).Select(i => (i % 3) switch
        {
            0 => Channel.Public($"{run.News.Name}.{i}"),
            1 => Channel.Private($"{run.Orders.Name}.{i}"),
            _ => Channel.Presence($"{run.Chat.Name}.{i}"),
        }).ToArray();

        await Task.WhenAll(channels.Select(channel => Task.Run(() => here.SubscribeAsync(connection, channel))));
        await there.Broadcaster.BroadcastAsync(new SimpleEvent("e", 1, channels));

        await connection.UntilEventsAsync(channels.Length);
        Check.Set(channels.Select(channel => channel.WireName), connection.Events.Select(frame => frame.Channel ?? ""), "the channels that messages come on");
    }

    private static async Task UserMovesBetweenNodes_IsAMemberOnceOrNotAtAll(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var ada = await here.JoinAsync(run.Chat, "ada");
        for (var round = 0; round < 20; round++)
        {
            var (from, to) = round % 2 == 0 ? (here, there) : (there, here);
            var old = await from.JoinAsync(run.Chat, "bob");
            var next = to.Connect("bob");
            await Task.WhenAll(
                Task.Run(() => from.Broadcaster.UnsubscribeAsync(old.Id, run.Chat).AsTask()),
                Task.Run(() => to.SubscribeAsync(next, run.Chat)));
            Check.Sequence(["ada", "bob"], await here.MembersAsync(run.Chat), "the members after the move");
            await to.Broadcaster.UnsubscribeAsync(next.Id, run.Chat);
            Check.Sequence(["ada"], await from.MembersAsync(run.Chat), "the members after the end");
        }

        await run.SettleAsync(run.Chat, ada);
        var edges = ada.Edges;
        for (var i = 0; i < edges.Count; i++)
        {
            Check.Equal(i % 2 == 0 ? "+bob" : "-bob", edges[i], $"the edge {i}: joins and leaves take turns");
        }

        Check.Equal(0, edges.Count % 2, "the last edge is a leave");
    }
}
