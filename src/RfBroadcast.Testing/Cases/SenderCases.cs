using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>A message leaves its sender out, wherever the sender is connected.</summary>
internal static class SenderCases
{
    private const string Topic = "Sender";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, LeftOut_GetsEverythingElse),
        One(Topic, LeftOutWithHistory_GetsEverythingElse),
        One(Topic, LeftOutOnOneOfSeveralChannels_IsLeftOutOnAll),
        One(Topic, UnknownSender_LeavesNobodyOut),
        One(Topic, ClientEvent_ReachesTheOthersWithItsUser),
        One(Topic, ClientEvent_OnAChannelWithHistory_HasNoOffsetAndIsNotKept),
    ];

    private static Task LeftOut_GetsEverythingElse(CaseRun run) => LeavesOut(run, run.News);

    private static Task LeftOutWithHistory_GetsEverythingElse(CaseRun run) => LeavesOut(run, run.Orders);

    private static async Task LeavesOut(CaseRun run, Channel channel)
    {
        var (here, there) = await run.StartAsync();
        var sender = await here.JoinAsync(channel);
        CaseConnection[] others = [await here.JoinAsync(channel), await there.JoinAsync(channel)];

        await there.SayAsync(channel, 1, except: sender.Id);
        await there.SayAsync(channel, 2);
        await there.SayAsync(channel, 3, except: sender.Id);
        await there.SayAsync(channel, 4);

        await sender.GetsAsync("2", "4");
        foreach (var other in others)
        {
            await other.GetsAsync("1", "2", "3", "4");
        }
    }

    private static async Task LeftOutOnOneOfSeveralChannels_IsLeftOutOnAll(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var sender = await here.JoinAsync(run.News);
        await here.SubscribeAsync(sender, run.Orders);

        await there.Broadcaster.BroadcastAsync(new BroadcastRequest
        {
            Event = new SimpleEvent("e", 1, run.News, run.Orders),
            Except = SenderExclusion.Connection(sender.Id),
        });
        await there.SayAsync(run.News, "news");
        await there.SayAsync(run.Orders, "orders");

        await sender.UntilEventsAsync(2);
        Check.Set(["\"news\"", "\"orders\""], sender.Data, "what the sender gets");
    }

    private static async Task UnknownSender_LeavesNobodyOut(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = await here.JoinAsync(run.News);

        await there.SayAsync(run.News, 1, except: run.NewConnectionId());

        await connection.GetsAsync("1");
    }

    private static async Task ClientEvent_ReachesTheOthersWithItsUser(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (sender, other) = (await here.JoinAsync(run.Chat, "ada"), await there.JoinAsync(run.Chat, "bob"));

        await here.Broadcaster.BroadcastAsync(ClientEvent(run.Chat, sender));
        await here.SayAsync(run.Chat, "after");

        await other.UntilEventsAsync(2);
        Check.Equal(("client-typing", "ada"), (other.Events[0].Event, other.Events[0].UserId), "the client event");
        Check.Equal(null, other.Events[1].UserId, "the sender of what the app sends");
        await sender.GetsAsync("\"after\"");
    }

    private static async Task ClientEvent_OnAChannelWithHistory_HasNoOffsetAndIsNotKept(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (sender, other) = (await here.JoinAsync(run.Orders, "ada"), await there.JoinAsync(run.Orders, "bob"));

        var receipt = await here.Broadcaster.BroadcastAsync(ClientEvent(run.Orders, sender));
        var position = (await here.SayAsync(run.Orders, "kept")).Position;

        Check.Equal(null, receipt.Channels[0].Position, "the position of a client event");
        Check.Equal(1L, position?.Offset, "the offset of the message after it");
        await other.UntilEventsAsync(2);
        Check.Set([0L, 1L], other.Offsets, "the offsets that arrive");
        var page = await there.History.ReadLastAsync(run.Orders, 10);
        Check.Sequence(["e"], page.Messages.Select(message => message.Event), "the events that are kept");
    }

    private static BroadcastRequest ClientEvent(Channel channel, CaseConnection sender) => new()
    {
        Event = new SimpleEvent("client-typing", true, channel),
        Except = SenderExclusion.Connection(sender.Id),
        IsClientEvent = true,
        ClientUserId = sender.UserId,
    };
}
