using System.Text.Json;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>A client that was away comes back: exactly what it missed, or the reason why not.</summary>
public sealed class RecoveryTests
{
    private const string Channel = "orders";

    [Fact]
    public async Task Since_MissedSome_GetsExactlyThoseThenLive()
    {
        await using var app = await StartAsync();
        var (epoch, _) = await BeThereAsync(app, 5);
        await app.PublishAsync(Channel, 6, 12);

        var client = await app.ConnectAsync();
        var answer = await client.ComeBackAsync(Channel, epoch, 5);
        await app.PublishAsync(Channel, 13, 14);

        answer["recovered"].GetBoolean().Should().BeTrue();
        answer["offset"].GetInt64().Should().Be(12);
        answer.String("epoch").Should().Be(epoch);
        (await client.NumbersAsync(9)).Should().Equal(Enumerable.Range(6, 9));
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Since_MissedNothing_IsRecoveredAndQuiet()
    {
        await using var app = await StartAsync();
        var (epoch, _) = await BeThereAsync(app, 5);

        var client = await app.ConnectAsync();

        (await client.ComeBackAsync(Channel, epoch, 5))["recovered"].GetBoolean().Should().BeTrue();
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Since_ThreeHundredMissed_GetsAll()
    {
        await using var app = await StartAsync();
        var (epoch, _) = await BeThereAsync(app, 1);
        await app.PublishAsync(Channel, 2, 301, padding: 500);

        var client = await app.ConnectAsync();
        (await client.ComeBackAsync(Channel, epoch, 1))["recovered"].GetBoolean().Should().BeTrue();

        (await client.NumbersAsync(300)).Should().Equal(Enumerable.Range(2, 300));
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Since_WhilePublishingGoesOn_NothingIsMissedOrRepeated()
    {
        await using var app = await StartAsync();
        var (epoch, _) = await BeThereAsync(app, 1);
        var (seen, published) = (1L, 1L);
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (published - Volatile.Read(ref seen) > 500)
                {
                    await Task.Yield(); // never more ahead than one recovery may bring
                    continue;
                }

                await app.PublishAsync(Channel, (int)published + 1, (int)published + 1);
                published++;
            }
        });

        for (var round = 0; round < 50; round++)
        {
            using var client = await WireClient.ConnectAsync(app.Address, "/ws");
            await client.GreetingAsync();
            var answer = await client.ComeBackAsync(Channel, epoch, seen);
            answer["recovered"].GetBoolean().Should().BeTrue();
            var missed = answer["offset"].GetInt64() - seen;
            for (var n = 0; n < missed + (10 * (round % 3)); n++)
            {
                var frame = await client.NextAsync("event");
                frame.Number().Should().Be((int)seen + 1);
                frame["offset"].GetInt64().Should().Be(seen + 1);
                Volatile.Write(ref seen, seen + 1);
            }
        }

        await stop.CancelAsync();
        await publishing;
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(50)]
    public async Task Last_OfFive_GetsThoseThenLive(int last)
    {
        await using var app = await StartAsync();
        await app.PublishAsync(Channel, 1, 5);

        var client = await app.ConnectAsync();
        await client.SendAsync(JsonSerializer.Serialize(new { type = "subscribe", channel = Channel, last }));
        var answer = await client.NextAsync("subscribed");
        await app.PublishAsync(Channel, 6, 6);

        answer.Has("recovered").Should().BeFalse();
        answer["offset"].GetInt64().Should().Be(5);
        var shown = Math.Min(last, 5);
        (await client.NumbersAsync(shown + 1)).Should().Equal(Enumerable.Range(6 - shown, shown + 1));
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Since_NamesItsOldConnection_IsNotSentWhatLeftThatOut()
    {
        await using var app = await StartAsync();
        var (epoch, old) = await BeThereAsync(app, 1);
        await app.PublishAsync(Channel, 2, 2);
        await app.Broadcaster.To(Channel).Event("tick").With("3 mine").Except(old).SendAsync();
        await app.PublishAsync(Channel, 4, 4);

        var client = await app.ConnectAsync();
        var answer = await client.ComeBackAsync(Channel, epoch, 1, connectionId: old);

        answer["recovered"].GetBoolean().Should().BeTrue();
        answer["offset"].GetInt64().Should().Be(4);
        (await client.NumbersAsync(2)).Should().Equal(2, 4);
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Since_DoesNotNameItsOldConnection_IsSentAll()
    {
        await using var app = await StartAsync();
        var (epoch, old) = await BeThereAsync(app, 1);
        await app.Broadcaster.To(Channel).Event("tick").With("2 mine").Except(old).SendAsync();

        var client = await app.ConnectAsync();
        await client.ComeBackAsync(Channel, epoch, 1);

        (await client.NumbersAsync(1)).Should().Equal(2);
    }

    [Fact]
    public async Task Since_TrimmedMeanwhile_IsExpiredAndOnlyLive()
    {
        await using var app = await StartAsync(history: 3);
        var (epoch, _) = await BeThereAsync(app, 2);
        await app.PublishAsync(Channel, 3, 6);

        await NotRecoveredAsync(app, epoch, 2, "expired", top: 6);
    }

    [Fact]
    public async Task Since_TheOldestStillKept_IsRecovered()
    {
        await using var app = await StartAsync(history: 3);
        var (epoch, _) = await BeThereAsync(app, 2);
        await app.PublishAsync(Channel, 3, 5);

        var client = await app.ConnectAsync();
        (await client.ComeBackAsync(Channel, epoch, 2))["recovered"].GetBoolean().Should().BeTrue();

        (await client.NumbersAsync(3)).Should().Equal(3, 4, 5);
    }

    [Fact]
    public async Task Since_TooOld_IsExpired()
    {
        var time = new ManualTimeProvider();
        await using var app = await StartAsync(time: time);
        var (epoch, _) = await BeThereAsync(app, 1);
        await app.PublishAsync(Channel, 2, 2);
        time.Advance(TimeSpan.FromMinutes(6));
        await app.PublishAsync(Channel, 3, 3);

        await NotRecoveredAsync(app, epoch, 1, "expired", top: 3);
    }

    [Theory]
    [InlineData("another1", 2)]
    [InlineData(null, 99)]
    public async Task Since_PositionOfAnotherHistory_IsEpoch(string? epoch, long offset)
    {
        await using var app = await StartAsync();
        var (own, _) = await BeThereAsync(app, 3);

        await NotRecoveredAsync(app, epoch ?? own, offset, "epoch", top: 3);
    }

    [Fact]
    public async Task Since_MoreThanTheLimit_IsLimit()
    {
        await using var app = await StartAsync(recoveryBytes: 4096);
        var (epoch, _) = await BeThereAsync(app, 1);
        await app.PublishAsync(Channel, 2, 20, padding: 1000);

        await NotRecoveredAsync(app, epoch, 1, "limit", top: 20);
    }

    [Fact]
    public async Task Since_ChannelWithoutHistory_IsNoHistory()
    {
        await using var app = await StartAsync();
        var client = await app.ConnectAsync();

        var answer = await client.ComeBackAsync("news", "abcdefgh", 3);

        answer.Text.Should().Be("""{"type":"subscribed","channel":"news","recovered":false,"reason":"no_history"}""");
        await app.PublishAsync("news", 1, 1);
        (await client.NextAsync("event")).Has("offset").Should().BeFalse();
    }

    [Fact]
    public async Task Since_ManyChannelsThatTogetherAreMoreThanTheQueue_AllCome()
    {
        const int Channels = 20;
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = SmallBuffers.Use,
            Broadcasting = options =>
            {
                options.Channels.For("{**any}", channel => channel.KeepHistory(100, TimeSpan.FromMinutes(5)));
                (options.MaxPayloadBytes, options.RecoveryBytes) = (16 * 1024, 32 * 1024);
            },
            WebSockets = options => options.QueueBytes = 64 * 1024,
        });
        for (var channel = 0; channel < Channels; channel++)
        {
            await app.PublishAsync($"orders.{channel}", 1, 8, padding: 4000);
        }

        var epoch = await EpochAsync(app, "orders.0");
        using var client = await RawClient.ConnectAsync(app.Address, "/ws", receiveBuffer: SmallBuffers.Size);
        for (var channel = 0; channel < Channels; channel++)
        {
            await client.SendTextAsync(Returning.Command($"orders.{channel}", epoch, 1));
        }

        var got = Enumerable.Range(0, Channels).ToDictionary(channel => $"orders.{channel}", _ => new List<int>());
        while (got.Values.Any(numbers => numbers.Count < 8))
        {
            var raw = await client.ReadAsync() ?? throw new InvalidOperationException("The connection ended.");
            raw.IsClose.Should().BeFalse($"what was missed does not count in the queue ({raw.CloseCode})");
            var frame = new WireFrame(raw.Text);
            if (frame.Type == "subscribed")
            {
                frame["recovered"].GetBoolean().Should().BeTrue();
                got[frame.String("channel")].Should().BeEmpty();
                got[frame.String("channel")].Add(1);
            }
            else if (frame.Type == "event")
            {
                got[frame.String("channel")].Add(frame.Number());
            }
        }

        got.Values.Should().AllSatisfy(numbers => numbers.Should().Equal(1, 2, 3, 4, 5, 6, 7, 8));
    }

    [Fact]
    public async Task Since_OneChannelThatMissedMoreThanTheQueue_AllComes()
    {
        const int Missed = 400;
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = SmallBuffers.Use,
            Broadcasting = options =>
            {
                options.Channels.For("orders", channel => channel.KeepHistory(1000, TimeSpan.FromMinutes(5)));
                options.MaxPayloadBytes = 16 * 1024;
            },
            WebSockets = options => options.QueueBytes = 64 * 1024,
        });
        await app.PublishAsync("orders", 1, 1 + Missed, padding: 4000);
        var epoch = await EpochAsync(app, "orders");
        using var client = await RawClient.ConnectAsync(app.Address, "/ws", receiveBuffer: SmallBuffers.Size);
        await client.SendTextAsync(Returning.Command("orders", epoch, 1));

        var numbers = new List<int>();
        while (numbers.Count < Missed)
        {
            var raw = await client.ReadAsync() ?? throw new InvalidOperationException("The connection ended.");
            raw.IsClose.Should().BeFalse($"a client that was too slow recovers by position ({raw.CloseCode})");
            var frame = new WireFrame(raw.Text);
            if (frame.Type == "event")
            {
                numbers.Add(frame.Number());
            }
        }

        numbers.Should().Equal(Enumerable.Range(2, Missed));
    }

    private static Task<BroadcastApp> StartAsync(int history = 10_000, int recoveryBytes = 512 * 1024, TimeProvider? time = null) =>
        BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Time = time,
            Broadcasting = options =>
            {
                options.RecoveryBytes = recoveryBytes;
                options.Channels.For(Channel, channel => channel.KeepHistory(history, TimeSpan.FromMinutes(5)));
            },
        });

    /// <summary>A client that sees the first few messages and goes: the epoch, and its connection id.</summary>
    private static async Task<(string Epoch, string ConnectionId)> BeThereAsync(BroadcastApp app, int messages)
    {
        var client = await app.ConnectAsync();
        await client.SubscribeAsync(Channel);
        await app.PublishAsync(Channel, 1, messages);
        (await client.NumbersAsync(messages)).Should().Equal(Enumerable.Range(1, messages));
        await client.CloseAsync();
        await client.ClosedAsync();
        await app.EmptyAsync();
        return (await EpochAsync(app, Channel), client.ConnectionId);
    }

    private static async Task<string> EpochAsync(BroadcastApp app, string channel)
    {
        var client = await app.ConnectAsync();
        var epoch = (await client.SubscribeAsync(channel)).String("epoch");
        await client.CloseAsync();
        await client.ClosedAsync();
        return epoch;
    }

    private static async Task NotRecoveredAsync(BroadcastApp app, string epoch, long offset, string reason, int top)
    {
        var client = await app.ConnectAsync();
        var answer = await client.ComeBackAsync(Channel, epoch, offset);
        await app.PublishAsync(Channel, top + 1, top + 1);

        answer["recovered"].GetBoolean().Should().BeFalse();
        answer.String("reason").Should().Be(reason);
        answer["offset"].GetInt64().Should().Be(top);
        (await client.NumbersAsync(1)).Should().Equal(top + 1);
        await client.ExpectQuietAsync();
    }
}
