using static RfBroadcast.Testing.BroadcasterCase;

namespace RfBroadcast.Testing;

/// <summary>Messages of one channel reach every connection in one order.</summary>
internal static class OrderCases
{
    private const string Topic = "Order";

    public static IEnumerable<BroadcasterCase> All =>
    [
        One(Topic, OnePublisher_KeepsItsOrder),
        One(Topic, OnePublisherWithHistory_KeepsItsOrder),
        One(Topic, ManyPublishers_EachKeepsItsOrder),
        One(Topic, ManyPublishersWithHistory_EveryConnectionSeesOneOrder),
        One(Topic, FasterThanTheFanOut_NothingIsLost),
        One(Topic, Subscribed_ComesBeforeAnyMessage),
        One(Topic, OnePublisherOfManyChannels_KeepsTheOrderOfEach),
    ];

    private static async Task OnePublisher_KeepsItsOrder(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = await here.JoinAsync(run.News);

        await there.SayRangeAsync(run.News, 1, 300);

        await connection.UntilEventsAsync(300);
        Check.Range(1, 300, Numbers(connection), "what one publisher sent");
    }

    private static async Task OnePublisherWithHistory_KeepsItsOrder(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var connection = await here.JoinAsync(run.Orders);

        await there.SayRangeAsync(run.Orders, 1, 300);

        await connection.GetsOffsetsAsync(1, 300);
        Check.Range(1, 300, Numbers(connection), "what one publisher sent");
    }

    private static async Task ManyPublishers_EachKeepsItsOrder(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        CaseConnection[] connections = [await here.JoinAsync(run.News), await there.JoinAsync(run.News)];

        await Task.WhenAll(Enumerable.Range(0, 4).Select(publisher => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await (publisher % 2 == 0 ? here : there).SayAsync(run.News, (publisher * 100) + i);
            }
        })));

        foreach (var connection in connections)
        {
            await connection.UntilEventsAsync(400);
            for (var publisher = 0; publisher < 4; publisher++)
            {
                var first = publisher * 100;
                Check.Range(first, first + 99, [.. Numbers(connection).Where(number => number / 100 == publisher)], "what one of several publishers sent");
            }
        }
    }

    private static async Task ManyPublishersWithHistory_EveryConnectionSeesOneOrder(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var (one, two) = (await here.JoinAsync(run.Orders), await there.JoinAsync(run.Orders));

        var offsets = await Task.WhenAll(Enumerable.Range(0, 4).Select(publisher => Task.Run(async () =>
        {
            var mine = new List<long>();
            for (var i = 0; i < 100; i++)
            {
                var receipt = await (publisher % 2 == 0 ? here : there).SayAsync(run.Orders, (publisher * 100) + i);
                mine.Add(receipt.Position?.Offset ?? 0);
            }

            return mine;
        })));

        await one.GetsOffsetsAsync(1, 400);
        await two.GetsOffsetsAsync(1, 400);
        Check.Sequence(one.Data, two.Data, "what a second connection sees is what the first one sees");
        Check.Range(1, 400, [.. offsets.SelectMany(mine => mine).Order()], "the offsets in the receipts");
        foreach (var mine in offsets)
        {
            Check.Sequence(mine.Order(), mine, "the offsets of one publisher rise");
        }
    }

    private static async Task FasterThanTheFanOut_NothingIsLost(CaseRun run)
    {
        const int Messages = 400;
        var (here, there) = await run.StartAsync(options =>
        {
            options.PendingMessages = 4;
            options.Channels.For("orders.{**id}", channel => channel.KeepHistory(Messages, TimeSpan.FromMinutes(10)));
        });
        CaseConnection[] connections = [await here.JoinAsync(run.Orders), await there.JoinAsync(run.Orders)];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(publisher => Task.Run(
            () => (publisher % 2 == 0 ? here : there).SayRangeAsync(run.Orders, 1, Messages / 8))));

        foreach (var connection in connections)
        {
            await connection.GetsOffsetsAsync(1, Messages);
        }
    }

    private static async Task Subscribed_ComesBeforeAnyMessage(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await there.SayAsync(run.News, i);
                await there.SayAsync(run.Orders, i);
            }
        }, CancellationToken.None);

        var connections = new List<CaseConnection>();
        for (var i = 0; i < 10; i++)
        {
            connections.Add(await here.JoinAsync(run.News));
            connections.Add(await here.JoinAsync(run.Orders));
        }

        foreach (var connection in connections)
        {
            await connection.UntilEventsAsync(1);
            Check.Equal("subscribed", connection.Kinds[0], "the first frame");
        }

        await stop.CancelAsync();
        await publishing;
    }

    private static async Task OnePublisherOfManyChannels_KeepsTheOrderOfEach(CaseRun run)
    {
        var (here, there) = await run.StartAsync();
        var channels = Enumerable.Range(0, 10).Select(i => Channel.Public($"{run.News.Name}.{i}")).ToArray();
        var connection = here.Connect();
        foreach (var channel in channels)
        {
            await here.SubscribeAsync(connection, channel);
        }

        for (var i = 0; i < 20; i++)
        {
            await there.Broadcaster.BroadcastAsync(new SimpleEvent("e", i, channels));
        }

        await connection.UntilEventsAsync(200);
        foreach (var channel in channels)
        {
            Check.Range(0, 19, [.. connection.Events.Where(frame => frame.Channel == channel.WireName).Select(Number)], "what came on one of ten channels");
        }
    }

    private static IReadOnlyList<long> Numbers(CaseConnection connection) => [.. connection.Events.Select(Number)];

    private static long Number(SeenFrame frame) => long.Parse(frame.Data ?? "", System.Globalization.CultureInfo.InvariantCulture);
}
