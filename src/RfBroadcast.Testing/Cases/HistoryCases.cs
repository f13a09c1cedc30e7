using System.Text;
using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>What a channel keeps, and what reading it gives.</summary>
internal static class HistoryCases
{
    private const string Topic = "History";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, NothingPublished_IsEmptyAtZeroAndItsPositionHolds),
        One(Topic, Publishing_GivesPositionsFromOne),
        One(Topic, PublishingOnAllNodesAtOnce_GivesEveryOffsetOnce),
        One(Topic, Last_GivesTheNewestOldestFirst),
        One(Topic, Last_GivesNoMoreThanIsKept),
        One(Topic, Since_GivesAllThatCameAfter),
        One(Topic, Since_WhatIsNotKept_IsExpired),
        One(Topic, Since_APositionOfAnotherHistory_IsEpoch),
        One(Topic, ChannelWithoutHistory_HasNoPosition),
        One(Topic, Age_IsPerMessage),
        One(Topic, Age_OffsetsGoOnAfterAllAgedOut),
        One(Topic, KeptMessage_IsWhatWasSent),
        One(Topic, Channels_HaveHistoriesOfTheirOwn),
        One(Topic, LargeMessages_AreKept),
    ];

    private static async Task NothingPublished_IsEmptyAtZeroAndItsPositionHolds(CaseRun run)
    {
        var (here, there) = await run.StartAsync();

        var empty = await here.History.ReadLastAsync(run.Orders, 10);
        Check.Equal(0, empty.Messages.Count, "the messages before the first one");
        Check.Equal(0L, empty.Top?.Offset, "the offset before the first message");
        var top = (await there.SayAsync(run.Orders, 1)).Position;

        Check.Equal(new ChannelPosition(empty.Top?.Epoch ?? "", 1), top, "the position of the first message");
        await ReadsAsync(here, run.Orders, empty.Top ?? default, 1);
    }

    private static async Task Publishing_GivesPositionsFromOne(CaseRun run)
    {
        var (here, there) = await run.StartAsync();

        var first = (await here.SayAsync(run.Orders, 1)).Position ?? default;
        var second = (await there.SayAsync(run.Orders, 2)).Position;
        var third = (await here.SayAsync(run.Orders, 3)).Position;

        Check.Equal(1L, first.Offset, "the first offset");
        Check.That(first.Epoch.Length > 0, "there is an epoch");
        Check.Equal(first with { Offset = 2 }, second, "the second position");
        Check.Equal(first with { Offset = 3 }, third, "the third position");
        Check.Equal(third, (await there.History.ReadLastAsync(run.Orders, 0)).Top, "the top");
    }

    private static async Task PublishingOnAllNodesAtOnce_GivesEveryOffsetOnce(CaseRun run)
    {
        var (here, there) = await run.StartAsync();

        var receipts = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => Task.Run(() => (i % 2 == 0 ? here : there).SayAsync(run.Orders, i))));

        Check.Range(1, 80, [.. receipts.Select(receipt => receipt.Position?.Offset ?? 0).Order()], "the offsets in the receipts");
        var page = await here.History.ReadLastAsync(run.Orders, 100);
        Check.Range(1, 80, [.. page.Messages.Select(message => message.Offset)], "the offsets that are kept");
        foreach (var (receipt, i) in receipts.Select((receipt, i) => (receipt, i)))
        {
            var kept = page.Messages[(int)(receipt.Position?.Offset ?? 1) - 1];
            Check.Equal(i.ToString(System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetString(kept.Data.Span), "the data at the receipt's offset");
        }
    }

    private static async Task Last_GivesTheNewestOldestFirst(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await here.SayRangeAsync(run.Orders, 1, 8);

        foreach (var (last, first) in new[] { (3, 6L), (8, 1L), (100, 1L) })
        {
            var page = await there.History.ReadLastAsync(run.Orders, last);
            Check.Range(first, 8, Offsets(page), $"the last {last} of eight");
            Check.Equal(top, page.Top, "the top");
        }

        Check.Equal(0, (await there.History.ReadLastAsync(run.Orders, 0)).Messages.Count, "the last 0 of eight");
    }

    private static async Task Last_GivesNoMoreThanIsKept(CaseRun run)
    {
        var (here, there) = await run.StartAsync(Keep(5));
        await here.SayRangeAsync(run.Orders, 1, 12);

        Check.Range(8, 12, Offsets(await there.History.ReadLastAsync(run.Orders, 100)), "what is kept of twelve when five are");
    }

    private static async Task Since_GivesAllThatCameAfter(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await here.SayRangeAsync(run.Orders, 1, 8);

        await ReadsAsync(there, run.Orders, top with { Offset = 0 }, 1, 2, 3, 4, 5, 6, 7, 8);
        await ReadsAsync(there, run.Orders, top with { Offset = 6 }, 7, 8);
        await ReadsAsync(there, run.Orders, top);
    }

    private static async Task Since_WhatIsNotKept_IsExpired(CaseRun run)
    {
        var (here, there) = await run.StartAsync(Keep(5));
        var top = await here.SayRangeAsync(run.Orders, 1, 8);

        await ReadsAsync(there, run.Orders, top with { Offset = 3 }, 4, 5, 6, 7, 8);
        await FailsAsync(there, run.Orders, top with { Offset = 2 }, RecoveryFailure.Expired, top);
        await FailsAsync(there, run.Orders, top with { Offset = 0 }, RecoveryFailure.Expired, top);
    }

    private static async Task Since_APositionOfAnotherHistory_IsEpoch(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var top = await here.SayRangeAsync(run.Orders, 1, 3);

        await FailsAsync(there, run.Orders, top with { Epoch = "another" }, RecoveryFailure.Epoch, top);
        await FailsAsync(there, run.Orders, top with { Offset = 4 }, RecoveryFailure.Epoch, top);
        await FailsAsync(there, run.Orders, top with { Offset = -1 }, RecoveryFailure.Epoch, top);
    }

    private static async Task ChannelWithoutHistory_HasNoPosition(CaseRun run)
    {
        var (here, there) = await run.StartAsync();

        Check.Equal(null, (await here.SayAsync(run.News, 1)).Position, "the position in the receipt");
        var last = await there.History.ReadLastAsync(run.News, 10);
        Check.Equal((RecoveryFailure.NoHistory, null, 0), (last.Failure, last.Top, last.Messages.Count), "the last messages");
        var since = await there.History.ReadSinceAsync(run.News, new ChannelPosition("e", 0));
        Check.Equal((RecoveryFailure.NoHistory, null, 0), (since.Failure, since.Top, since.Messages.Count), "the messages after a position");
    }

    private static async Task Age_IsPerMessage(CaseRun run)
    {
        var (here, there) = await run.StartAsync(Keep(10_000, TimeSpan.FromSeconds(1)));
        var top = (await here.SayAsync(run.Orders, 1)).Position ?? default;

        // The channel is never silent, so that only the first message's own age can take it away.
        await run.UntilAsync(
            async () =>
            {
                top = (await here.SayAsync(run.Orders, 2)).Position ?? default;
                return (await there.History.ReadLastAsync(run.Orders, 10_000)).Messages is { Count: > 0 } kept && kept[0].Offset > 1;
            },
            "the first message ages out");

        Check.Equal(RecoveryFailure.Expired, (await there.History.ReadSinceAsync(run.Orders, top with { Offset = 0 })).Failure, "what reading from before the first one gives");
        Check.Equal(RecoveryFailure.None, (await there.History.ReadSinceAsync(run.Orders, top)).Failure, "what reading from the top gives");
    }

    private static async Task Age_OffsetsGoOnAfterAllAgedOut(CaseRun run)
    {
        var (here, there) = await run.StartAsync(Keep(100, TimeSpan.FromMilliseconds(500)));
        var top = await here.SayRangeAsync(run.Orders, 1, 3);
        await run.UntilAsync(async () => (await there.History.ReadLastAsync(run.Orders, 9)).Messages.Count == 0, "all messages age out");

        Check.Equal(RecoveryFailure.None, (await there.History.ReadSinceAsync(run.Orders, top)).Failure, "what reading from the top gives: nothing was missed");
        Check.Equal(top with { Offset = 4 }, (await there.SayAsync(run.Orders, 4)).Position, "the next position");
    }

    private static async Task KeptMessage_IsWhatWasSent(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = await here.JoinAsync(run.Orders);
        await here.Broadcaster.BroadcastAsync(new BroadcastRequest
        {
            Event = new SimpleEvent("größer", "漢字 \"quoted\"", run.Orders),
            Except = SenderExclusion.Connection("9.9"),
        });
        await connection.UntilEventsAsync(1);

        var live = connection.Events[0];
        var kept = (await there.History.ReadLastAsync(run.Orders, 1)).Messages[0];
        Check.Equal(run.Orders, kept.Channel, "the channel");
        Check.Equal("größer", kept.Event, "the event's name");
        Check.Equal(live.Data, Encoding.UTF8.GetString(kept.Data.Span), "the data");
        Check.Equal(live.Timestamp, kept.Timestamp, "the timestamp, which is that of the live message");
        Check.Equal("9.9", kept.Except, "whom it leaves out");
        Check.Equal((1L, false, null), (kept.Offset, kept.IsClientEvent, kept.UserId), "the offset, and that no client sent it");
    }

    private static async Task Channels_HaveHistoriesOfTheirOwn(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        Channel[] channels = [run.Orders, Channel.Public(run.Orders.Name), Channel.Presence(run.Orders.Name), Channel.Private(run.Orders.Name + ".x")];

        for (var i = 0; i < channels.Length; i++)
        {
            await here.SayRangeAsync(channels[i], 1, i + 1);
        }

        for (var i = 0; i < channels.Length; i++)
        {
            Check.Range(1, i + 1, Offsets(await there.History.ReadLastAsync(channels[i], 100)), $"what {channels[i]} keeps");
        }
    }

    private static async Task LargeMessages_AreKept(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await here.SayAsync(run.Orders, new string((char)('a' + i), 100_000));
        }

        var page = await there.History.ReadLastAsync(run.Orders, 5);
        Check.Sequence(
            Enumerable.Range(0, 5).Select(i => $"\"{new string((char)('a' + i), 100_000)}\""),
            page.Messages.Select(message => Encoding.UTF8.GetString(message.Data.Span)),
            "the data that is kept");
    }

    private static Action<BroadcastOptions> Keep(int messages, TimeSpan? age = null) =>
        options => options.Channels.For("orders.{**id}", channel => channel.KeepHistory(messages, age ?? TimeSpan.FromMinutes(10)));

    private static long[] Offsets(ChannelHistoryPage page) => [.. page.Messages.Select(message => message.Offset)];

    private static async Task ReadsAsync(CaseNode node, Channel channel, ChannelPosition since, params long[] offsets)
    {
        var page = await node.History.ReadSinceAsync(channel, since);
        Check.Equal(RecoveryFailure.None, page.Failure, $"the failure of reading from {since.Offset}");
        Check.Sequence(offsets, Offsets(page), $"the offsets after {since.Offset}");
    }

    private static async Task FailsAsync(CaseNode node, Channel channel, ChannelPosition since, RecoveryFailure failure, ChannelPosition top)
    {
        var page = await node.History.ReadSinceAsync(channel, since);
        Check.Equal(failure, page.Failure, $"the failure of reading from {since.Offset}");
        Check.Equal(0, page.Messages.Count, "the messages that come with a failure");
        Check.Equal(top, page.Top, "the top that comes with a failure");
    }
}
