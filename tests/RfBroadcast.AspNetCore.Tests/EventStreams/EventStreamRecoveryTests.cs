using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.EventStreams;

/// <summary>A stream that comes back with the last id it saw.</summary>
public sealed class EventStreamRecoveryTests
{
    private static readonly string[] Channels = ["orders", "news"];

    [Fact]
    public async Task Return_WithLastEventId_GetsExactlyWhatItMissed()
    {
        await using var app = await StartAsync();
        string lastId;
        using (var before = await StreamClient.OpenAsync(app, "/ws/orders"))
        {
            await before.NextAsync("subscribed");
            await app.PublishAsync("orders", 1, 3);
            await NumbersAsync(before, 3);
            lastId = await before.NextIdAsync();
        }

        await app.PublishAsync("orders", 4, 6);
        using var client = await StreamClient.OpenAsync(app, "/ws/orders", lastId: lastId);
        var answer = await client.NextAsync("subscribed");
        await app.PublishAsync("orders", 7, 7);

        answer["recovered"].GetBoolean().Should().BeTrue();
        (await NumbersAsync(client, 4)).Should().Equal(4, 5, 6, 7);
    }

    [Fact]
    public async Task Return_ToSeveralChannels_RecoversThoseThatKeepHistory()
    {
        await using var app = await StartAsync();
        string lastId;
        using (var before = await StreamClient.OpenAsync(app, "/ws?channel=orders&channel=news&channel=plain"))
        {
            await SubscribedAsync(before, "orders", "news", "plain");
            await app.PublishAsync("plain", 1, 1);
            await NumbersAsync(before, 1);
            await app.PublishAsync("news", 1, 1);
            await NumbersAsync(before, 1);
            lastId = await before.NextIdAsync();
        }

        LastEventId.Parse(lastId).Keys.Should().BeEquivalentTo(Channels);
        await app.PublishAsync("orders", 2, 2);
        using var client = await StreamClient.OpenAsync(app, "/ws?channel=orders&channel=news&channel=plain", lastId: lastId);
        var answers = await SubscribedAsync(client, "orders", "news", "plain");

        answers["orders"]["recovered"].GetBoolean().Should().BeTrue();
        answers["news"]["recovered"].GetBoolean().Should().BeTrue();
        answers["plain"].Has("recovered").Should().BeFalse();
    }

    [Fact]
    public async Task Return_ByTheQuery_Works()
    {
        await using var app = await StartAsync();
        await app.PublishAsync("orders", 1, 2);
        var epoch = (await (await app.ConnectAsync("/ws/orders")).NextAsync("subscribed")).String("epoch");

        using var client = await StreamClient.OpenAsync(app, "/ws/orders?last_event_id=" + Uri.EscapeDataString($"orders={epoch}:1"));

        (await client.NextAsync("subscribed"))["recovered"].GetBoolean().Should().BeTrue();
        (await NumbersAsync(client, 1)).Should().Equal(2);
    }

    [Theory]
    [InlineData("orders=foreign:1", "epoch")]
    [InlineData("plain=foreign:1", "no_history")]
    public async Task Return_ThatCannotRecover_SaysWhy(string lastId, string reason)
    {
        await using var app = await StartAsync();
        var channel = lastId.Split('=')[0];

        using var client = await StreamClient.OpenAsync(app, "/ws/" + channel, lastId: lastId);

        var answer = await client.NextAsync("subscribed");
        answer["recovered"].GetBoolean().Should().BeFalse();
        answer.String("reason").Should().Be(reason);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("orders=")]
    [InlineData("orders=x:-1")]
    [InlineData("%%%=%:%&&&=")]
    public async Task Return_WithABadId_StartsAfresh(string lastId)
    {
        await using var app = await StartAsync();

        using var client = await StreamClient.OpenAsync(app, "/ws/orders", lastId: lastId);

        (await client.NextAsync("subscribed")).Has("recovered").Should().BeFalse();
    }

    [Fact]
    public async Task Return_MessagesThatLeftThePreviousConnectionOut_AreNotReplayed()
    {
        await using var app = await StartAsync();
        string lastId, own;
        using (var before = await StreamClient.OpenAsync(app, "/ws/orders"))
        {
            await before.NextAsync("subscribed");
            lastId = await before.NextIdAsync();
            own = before.ConnectionId;
        }

        await app.Broadcaster.To("orders").Event("tick").With("1").Except(own).SendAsync();
        await app.PublishAsync("orders", 2, 2);
        using var second = await StreamClient.OpenAsync(app, "/ws/orders", lastId: lastId);
        await second.NextAsync("subscribed");
        (await NumbersAsync(second, 1)).Should().Equal(2);

        // Nor to the one after that, which names the second connection alone.
        using var third = await StreamClient.OpenAsync(app, "/ws/orders", lastId: await second.NextIdAsync());
        (await third.NextAsync("subscribed"))["recovered"].GetBoolean().Should().BeTrue();
        await app.PublishAsync("orders", 3, 3);
        (await NumbersAsync(third, 1)).Should().Equal(3);
    }

    [Fact]
    public async Task Return_AgainAndAgainUnderLiveTraffic_NothingIsMissedOrRepeated()
    {
        await using var app = await StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = Channels.Select(channel => PublishAsync(app, channel, stop.Token)).ToList();
        var random = new Random(7);
        string? lastId = null;
        for (var round = 0; round < 40; round++)
        {
            using var client = await StreamClient.OpenAsync(app, "/ws?channel=orders&channel=news", lastId: lastId);
            var at = LastEventId.Parse(lastId ?? "").ToDictionary(pair => pair.Key, pair => pair.Value.Position.Offset);

            // Breaks at any block, but only after an id; what followed the last id comes again, as a browser has it.
            for (var blocks = random.Next(1, 60); blocks > 0 || client.LastId is null; blocks--)
            {
                var block = await client.NextBlockAsync();
                if (block is { Id: { } id })
                {
                    LastEventId.Parse(id).ToDictionary(pair => pair.Key, pair => pair.Value.Position.Offset).Should().BeEquivalentTo(at);
                }
                else if (block is { Data: { } data })
                {
                    Follow(new WireFrame(data), at, isReturn: lastId is not null);
                }
            }

            lastId = client.LastId;
        }

        await stop.CancelAsync();
        await Task.WhenAll(publishing);
    }

    private static void Follow(WireFrame frame, Dictionary<string, long> at, bool isReturn)
    {
        var channel = frame.String("channel");
        if (frame.Type == "event")
        {
            frame["offset"].GetInt64().Should().Be(++at[channel]);
        }
        else if (isReturn && at.ContainsKey(channel))
        {
            frame["recovered"].GetBoolean().Should().BeTrue();
        }
        else
        {
            at[channel] = frame["offset"].GetInt64();
        }
    }

    private static Task PublishAsync(BroadcastApp app, string channel, CancellationToken stop) => Task.Run(
        async () =>
        {
            // No more than a recovery may have: on a slow machine the client falls far behind.
            for (var n = 1; n <= 10_000 && !stop.IsCancellationRequested; n++)
            {
                await app.PublishAsync(channel, n, n, padding: 300);
                if (n % 5 == 0)
                {
                    await Task.Delay(1, CancellationToken.None);
                }
            }
        },
        CancellationToken.None);

    /// <summary>The answers to several subscriptions, whose order is open.</summary>
    private static async Task<Dictionary<string, WireFrame>> SubscribedAsync(StreamClient client, params string[] channels)
    {
        var answers = new Dictionary<string, WireFrame>(StringComparer.Ordinal);
        while (answers.Count < channels.Length)
        {
            var frame = await client.NextAsync();
            if (frame.Type == "subscribed")
            {
                answers[frame.String("channel")] = frame;
            }
        }

        return answers;
    }

    private static Task<BroadcastApp> StartAsync() => BroadcastApp.StartAsync(new BroadcastAppSetup
    {
        Broadcasting = options =>
        {
            options.RecoveryBytes = 16 * 1024 * 1024;
            options.Channels.For("orders", channel => channel.KeepHistory(100_000, TimeSpan.FromMinutes(5)));
            options.Channels.For("news", channel => channel.KeepHistory(100_000, TimeSpan.FromMinutes(5)));
        },
        WebSockets = options => options.QueueBytes = 64 * 1024 * 1024,
    });

    private static async Task<List<int>> NumbersAsync(StreamClient client, int count)
    {
        var numbers = new List<int>();
        while (numbers.Count < count)
        {
            var frame = await client.NextAsync();
            if (frame.Type == "event")
            {
                numbers.Add(frame.Number());
            }
        }

        return numbers;
    }
}
