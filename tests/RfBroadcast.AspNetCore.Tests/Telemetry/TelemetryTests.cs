using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Telemetry;

/// <summary>Every instrument and activity, with exact values, over real connections.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Connections_ComeAndGo_CountThoseThatAreThere()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var metrics = new RecordedMetrics(app.Services);
        var first = await app.ConnectAsync();
        var second = await app.ConnectAsync();
        using var third = await app.ConnectRawAsync();
        await metrics.SumIsAsync(BroadcastTelemetry.Connections, 3);

        using var refused = await RawClient.ConnectAsync(app.Address, "/ws?protocol=9");
        await first.CloseAsync();
        await metrics.SumIsAsync(BroadcastTelemetry.Connections, 2);
        third.Reset();
        await metrics.SumIsAsync(BroadcastTelemetry.Connections, 1);
        await app.Connections.DisconnectAsync(second.ConnectionId);

        await metrics.SumIsAsync(BroadcastTelemetry.Connections, 0);
        metrics.Values(BroadcastTelemetry.Connections).Should().HaveCount(6).And.OnlyContain(value => value == 1 || value == -1);
    }

    [Fact]
    public async Task Subscriptions_StartAndEnd_CountThoseThatAreThere()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var metrics = new RecordedMetrics(app.Services);
        var first = await app.ConnectAsync(token: TestTokens.Of("7"));
        var second = await app.ConnectAsync("/ws?channel=news");
        await second.NextAsync("subscribed");
        await first.SubscribeAsync("news");
        await first.SubscribeAsync("news"); // again, which changes nothing
        await first.SubscribeAsync("presence-room");
        await first.SubscribeAsync("kept.1");
        await second.SendAsync("""{"type":"subscribe","channel":"private-nobody"}""");
        await second.NextAsync("error");
        metrics.Sum(BroadcastTelemetry.Subscriptions).Should().Be(4);

        await first.SendAsync("""{"type":"unsubscribe","channel":"news"}""");
        await first.NextAsync("unsubscribed");
        await metrics.SumIsAsync(BroadcastTelemetry.Subscriptions, 3);
        await app.Broadcaster.UnsubscribeAsync(first.ConnectionId, Channel.Presence("room"), UnsubscribeReason.Revoked);
        metrics.Sum(BroadcastTelemetry.Subscriptions).Should().Be(2);
        await app.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = "server-1", Channel = Channel.Public("news") });
        metrics.Sum(BroadcastTelemetry.Subscriptions).Should().Be(2, "an id without a socket is no connection");
        await app.Broadcaster.RemoveConnectionAsync("server-1", leaveAtOnce: true);
        await first.CloseAsync();
        second.Dispose();

        await metrics.SumIsAsync(BroadcastTelemetry.Subscriptions, 0);
    }

    [Fact]
    public async Task Broadcasts_CountMessagesDeliveriesAndTheirTime()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var metrics = new RecordedMetrics(app.Services);
        var clients = new List<WireClient>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add(await app.ConnectAsync("/ws?channel=news"));
            await clients[i].NextAsync("subscribed");
        }

        await clients[0].SubscribeAsync("more");

        await app.PublishAsync("news", 1, 4); // to three each
        await app.Broadcaster.To("news").Event("tick").With("5 to two").Except(clients[0].ConnectionId).SendAsync();
        await app.Broadcaster.To("news", "more", "empty").Event("tick").With("6 to three, one, none").SendAsync();
        await app.Broadcaster.To("news").To("news").Event("tick").With("7 named twice").SendAsync();
        await app.Broadcaster.ToConnection(clients[1].ConnectionId).Event("tick").With("on no channel").SendAsync();
        await FluentActions.Awaiting(() => app.Broadcaster.BroadcastToChannelAsync("news", "x", new string('x', 40_000)).AsTask()).Should().ThrowAsync<PayloadTooLargeException>();

        // Whoever has the last one has been handed all; the client that was left out has one less, and one of its own.
        (await clients[0].NumbersAsync(7)).Should().BeEquivalentTo([1, 2, 3, 4, 6, 6, 7]);
        (await clients[2].NumbersAsync(7)).Should().Equal(1, 2, 3, 4, 5, 6, 7);
        await metrics.SumIsAsync(BroadcastTelemetry.Deliveries, (4 * 3) + 2 + (3 + 1) + 3);
        metrics.Sum(BroadcastTelemetry.MessagesPublished).Should().Be(4 + 1 + 3 + 1);
        metrics.Values(BroadcastTelemetry.BroadcastDuration).Should().HaveCount(4 + 1 + 1 + 1).And.OnlyContain(seconds => seconds >= 0 && seconds < 60);
    }

    [Fact]
    public async Task BroadcastDuration_IsWhatTheClockSays()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            Services = services => services.AddSingleton<IBroadcastDriver>(new SlowDriver(() => time.Advance(TimeSpan.FromMilliseconds(1500)))),
        });
        using var metrics = new RecordedMetrics(app.Services);

        await app.Broadcaster.To("news").Event("x").With(1).Via("slow").SendAsync();

        metrics.Values(BroadcastTelemetry.BroadcastDuration).Should().Equal(1.5);
    }

    [Fact]
    public async Task Recoveries_CountByOutcome()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            Broadcasting = options =>
            {
                options.RecoveryBytes = 4096;
                options.Channels.For("kept.{id}", channel => channel.KeepHistory(5, TimeSpan.FromMinutes(5)));
                options.Channels.For("long.{id}", channel => channel.KeepHistory(500, TimeSpan.FromMinutes(5)));
            },
        });
        using var metrics = new RecordedMetrics(app.Services);
        var client = await app.ConnectAsync();
        var epoch = (await client.SubscribeAsync("kept.1")).String("epoch");
        metrics.Values(BroadcastTelemetry.Recoveries).Should().BeEmpty("a fresh subscription recovers nothing");
        await app.PublishAsync("kept.1", 1, 8);
        await app.PublishAsync("long.1", 1, 20, padding: 1000);

        foreach (var (channel, position, offset) in ((string, string, long)[])
            [("kept.1", epoch, 6), ("kept.1", epoch, 8), ("kept.1", epoch, 1), ("kept.1", "another1", 6), ("long.1", epoch, 1), ("news", epoch, 1)])
        {
            using var back = await WireClient.ConnectAsync(app.Address, "/ws");
            await back.GreetingAsync();
            await back.ComeBackAsync(channel, position, offset);
        }

        metrics.ByTag(BroadcastTelemetry.Recoveries).Should().BeEquivalentTo(new Dictionary<string, double>
        {
            ["rfbroadcast.outcome=recovered"] = 2,
            ["rfbroadcast.outcome=expired"] = 1,
            ["rfbroadcast.outcome=epoch"] = 1,
            ["rfbroadcast.outcome=limit"] = 1,
            ["rfbroadcast.outcome=no_history"] = 1,
        });
    }

    [Fact]
    public async Task Errors_CountByCode()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var metrics = new RecordedMetrics(app.Services);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        var guest = await app.ConnectAsync();
        await client.SubscribeAsync("private-chat");
        var stub = app.Services.GetRequiredService<StubBroadcaster>();
        var expected = new Dictionary<string, double>();

        await ExpectAsync(client, "not JSON", "bad_message");
        await ExpectAsync(client, """{"type":"unknown"}""", "bad_message");
        await ExpectAsync(client, Subscribe("a b"), "invalid_channel");
        await ExpectAsync(client, Subscribe("private-nobody"), "forbidden");
        await ExpectAsync(guest, Subscribe("private-signed-in"), "unauthenticated");
        await ExpectAsync(client, """{"type":"unsubscribe","channel":"news"}""", "not_subscribed");
        await ExpectAsync(client, Whisper("news", "client-x"), "client_events_off");
        await ExpectAsync(client, Whisper("private-chat", "x"), "invalid_event");
        await ExpectAsync(client, Whisper("private-chat", "client-x", new string('x', 200)), "too_large");
        await client.SubscribeAsync("two");
        await client.SubscribeAsync("three");
        await client.SubscribeAsync("four");
        await ExpectAsync(client, Subscribe("five"), "too_many_channels");
        await ExpectAsync(guest, Subscribe("private-broken"), "internal");
        stub.BeforeSubscribe = _ => throw new BroadcasterUnavailableException("away", mayHaveBeenSent: false);
        await ExpectAsync(guest, Subscribe("news"), "unavailable");

        // How many are too many is the clock's affair; each refusal is told, and counted.
        for (var i = 0; i < 30; i++)
        {
            await client.SendAsync(Whisper("private-chat", "client-x"));
        }

        await client.SendAsync("""{"type":"unsubscribe","channel":"private-chat"}""");
        for (var frame = await client.NextAsync(); frame.Type != "unsubscribed"; frame = await client.NextAsync())
        {
            Count(frame.String("code"));
        }

        expected.Should().ContainKey("rfbroadcast.code=rate_limited");
        metrics.ByTag(BroadcastTelemetry.Errors).Should().BeEquivalentTo(expected);

        async Task ExpectAsync(WireClient sender, string message, string code)
        {
            await sender.SendAsync(message);
            (await sender.NextAsync("error")).String("code").Should().Be(code);
            Count(code);
        }

        void Count(string code) => expected["rfbroadcast.code=" + code] = expected.GetValueOrDefault("rfbroadcast.code=" + code) + 1;
    }

    [Fact]
    public async Task Instruments_AreThoseOfBroadcastTelemetry()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var metrics = new RecordedMetrics(app.Services);

        metrics.Instruments.Select(instrument => instrument.Name).Should().BeEquivalentTo(TelemetryNames.Instruments);
    }

    [Fact]
    public async Task Activities_OfPublishing_NameTheEvent()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var activities = new RecordedActivities();
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await client.SubscribeAsync("private-chat");

        await app.Broadcaster.BroadcastToChannelAsync("news", "order.shipped", 1);
        await client.SendAsync("""{"type":"event","id":1,"channel":"private-chat","event":"client-x","data":1}""");
        await client.NextAsync("ack");

        activities.Of(BroadcastTelemetry.PublishActivity).Should().Equal("rfbroadcast.event=order.shipped", "rfbroadcast.event=client-x");
        activities.All.Where(activity => activity.OperationName == BroadcastTelemetry.PublishActivity)
            .Should().OnlyContain(activity => activity.Kind == System.Diagnostics.ActivityKind.Producer);
    }

    [Fact]
    public async Task Activities_OfAuthorizing_TellKindAndOutcome()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var activities = new RecordedActivities();
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));

        foreach (var channel in (string[])["news", "private-chat", "presence-room", "private-nobody", "private-broken", "chat"])
        {
            await client.SendAsync(Subscribe(channel));
            await client.NextAsync();
        }

        await Wait.UntilAsync(() => activities.All.Count == 6, "six were authorized");
        activities.Of(BroadcastTelemetry.AuthorizeActivity).Should().Equal(
            "rfbroadcast.channel.kind=public rfbroadcast.granted=True",
            "rfbroadcast.channel.kind=private rfbroadcast.granted=True",
            "rfbroadcast.channel.kind=presence rfbroadcast.granted=True",
            "rfbroadcast.channel.kind=private rfbroadcast.granted=False",
            "rfbroadcast.channel.kind=private rfbroadcast.granted=False",
            "rfbroadcast.channel.kind=public rfbroadcast.granted=False");
    }

    private static BroadcastAppSetup Setup => new()
    {
        Broadcasting = options =>
        {
            (options.MaxPayloadBytes, options.RecoveryBytes) = (32 * 1024, 32 * 1024);
            options.Channels.For("kept.{id}", channel => channel.KeepHistory(5, TimeSpan.FromMinutes(5)));
            options.Channels.For("chat", channel => channel.ClientEvents = true);
        },
        WebSockets = options => (options.ClientEventsPerSecond, options.MaxClientEventBytes, options.MaxChannelsPerConnection) = (2, 100, 4),
        Services = services => services.AddSingleton<StubBroadcaster>().AddSingleton<IBroadcaster>(provider => provider.GetRequiredService<StubBroadcaster>()),
        Map = app =>
        {
            app.MapBroadcastChannel("chat", () => true);
            app.MapBroadcastChannel("room", () => true);
            app.MapBroadcastChannel("signed-in", () => true).RequireAuthorization();
            app.MapBroadcastChannel("broken", bool () => throw new InvalidOperationException("mine"));
        },
    };

    private static string Subscribe(string channel) => $$"""{"type":"subscribe","channel":"{{channel}}"}""";

    private static string Whisper(string channel, string name, string data = "x") =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"type":"event","channel":"{{channel}}","event":"{{name}}","data":"{{data}}"}""");

    private sealed class SlowDriver(Action wait) : IBroadcastDriver
    {
        public string Name => "slow";

        public ValueTask SendAsync(BroadcastMessage message, CancellationToken cancellationToken)
        {
            wait();
            return default;
        }
    }
}
