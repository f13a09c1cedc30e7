using RfBroadcast.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>Subscribing and unsubscribing, and what follows on the channel.</summary>
public sealed class SubscribeTests
{
    private static BroadcastAppSetup Setup => new()
    {
        Time = new ManualTimeProvider(),
        Broadcasting = o => o.Channels.For("orders.{**id}", c => c.KeepHistory(5, TimeSpan.FromMinutes(5))),
        Map = app =>
        {
            app.MapBroadcastChannel("orders.{id:int}", (int id) => id > 0);
            app.MapBroadcastChannel("chat.{room}", (string room, ChannelAuthContext context) =>
                room == "guests" ? ChannelAuthResult.Grant("guest-1", new { name = "Guest" }) : ChannelAuthResult.Grant(userInfo: new { name = "User " + context.UserId }));
        },
    };

    [Theory]
    [InlineData("", "")]
    [InlineData("\"id\":12,", "\"id\":12,")]
    [InlineData("\"id\":\"a-1\",", "\"id\":\"a-1\",")]
    public async Task SubscribeAndUnsubscribe_AreAnsweredWithTheIdOfTheRequest(string id, string expected)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();

        await client.SendAsync($$"""{{{id}}"type":"subscribe","channel":"news"}""");
        (await client.NextAsync()).Text.Should().Be($$"""{"type":"subscribed",{{expected}}"channel":"news"}""");
        app.Broadcaster.IsSubscribed(client.ConnectionId, "news").Should().BeTrue();

        await client.SendAsync($$"""{{{id}}"type":"unsubscribe","channel":"news"}""");
        (await client.NextAsync()).Text.Should().Be($$"""{"type":"unsubscribed",{{expected}}"channel":"news"}""");
        app.Broadcaster.IsSubscribed(client.ConnectionId, "news").Should().BeFalse();
    }

    [Fact]
    public async Task Events_OnASubscribedChannel_AreTheEventsOwnJson()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();
        await client.SubscribeAsync("news");
        foreach (var (data, json) in new (object?, string)[] { (new { Id = 7 }, """{"id":7}"""), ("{}", "\"{}\""), (1.5, "1.5"), (null, "null"), (new[] { 1 }, "[1]") })
        {
            await app.Broadcaster.BroadcastToChannelAsync("news", "order.shipped", data);

            (await client.NextAsync()).Text.Should().Be(
                $$"""{"type":"event","channel":"news","event":"order.shipped","data":{{json}},"timestamp":"2026-01-31T10:00:00.000Z"}""");
        }
    }

    [Fact]
    public async Task Subscribe_Twice_IsAnsweredAgainAndChangesNothing()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        var other = await app.ConnectAsync(token: TestTokens.Of("8"));
        await other.SubscribeAsync("presence-chat.1");
        var first = await client.SubscribeAsync("presence-chat.1");
        await other.NextAsync("member_joined");

        var second = await client.SubscribeAsync("presence-chat.1");

        second.Text.Should().Be(first.Text);
        await other.ExpectQuietAsync();
        await app.Broadcaster.BroadcastToChannelAsync("presence-chat.1", "x", 1);
        await client.NextAsync("event");
        await client.ExpectQuietAsync();
        await client.SendAsync("""{"type":"unsubscribe","channel":"presence-chat.1"}""");
        (await other.FindAsync("member_left")).Text.Should().Be("""{"type":"member_left","channel":"presence-chat.1","member":{"user_id":"7"}}""");
    }

    [Fact]
    public async Task Unsubscribe_UnderFire_IsTheLastOfTheChannel()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await app.Broadcaster.BroadcastToChannelAsync("news", "tick", new string('x', 500));
                await Task.Yield();
            }
        });
        for (var i = 0; i < 5; i++)
        {
            var client = await app.ConnectAsync();
            await client.SubscribeAsync("news");
            await client.NextAsync("event");
            await client.SendAsync("""{"type":"unsubscribe","channel":"news"}""");

            await client.FindAsync("unsubscribed");

            await client.ExpectQuietAsync();
        }

        await stop.CancelAsync();
        await publishing;
    }

    [Fact]
    public async Task Unsubscribe_BehindASlowAuthorization_ComesAfterIt()
    {
        var gate = new TaskCompletionSource();
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Map = app => app.MapBroadcastChannel("slow", async () =>
            {
                await gate.Task;
                return true;
            }),
        });
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await client.SendAsync("""{"type":"subscribe","id":1,"channel":"private-slow"}""");
        await client.SubscribeAsync("news"); // does not wait for the slow one
        await client.SendAsync("""{"type":"unsubscribe","id":2,"channel":"private-slow"}""");

        gate.SetResult();

        (await client.NextAsync("subscribed"))["id"].GetInt32().Should().Be(1);
        (await client.NextAsync("unsubscribed"))["id"].GetInt32().Should().Be(2);
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Members_OfAPresenceChannel_AreToldAsTheyComeAndGo()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var ann = await app.ConnectAsync(token: TestTokens.Of("7"));
        var bob = await app.ConnectAsync(token: TestTokens.Of("8"));
        const string Ann = """{"user_id":"7","user_info":{"name":"User 7"},"joined_at":"2026-01-31T10:00:00Z"}""";
        const string Bob = """{"user_id":"8","user_info":{"name":"User 8"},"joined_at":"2026-01-31T10:00:00Z"}""";

        (await ann.SubscribeAsync("presence-chat.1")).Text.Should().Be($$"""{"type":"subscribed","channel":"presence-chat.1","members":[{{Ann}}]}""");
        (await bob.SubscribeAsync("presence-chat.1")).Text.Should().Be($$"""{"type":"subscribed","channel":"presence-chat.1","members":[{{Ann}},{{Bob}}]}""");
        (await ann.NextAsync()).Text.Should().Be($$"""{"type":"member_joined","channel":"presence-chat.1","member":{{Bob}}}""");

        await bob.SendAsync("""{"type":"unsubscribe","channel":"presence-chat.1"}""");

        (await ann.NextAsync()).Text.Should().Be("""{"type":"member_left","channel":"presence-chat.1","member":{"user_id":"8"}}""");
        (await bob.NextAsync()).Text.Should().Be("""{"type":"unsubscribed","channel":"presence-chat.1"}""");
        await bob.ExpectQuietAsync();
        await ann.ExpectQuietAsync();
    }

    [Fact]
    public async Task Guests_OfAPresenceChannel_HaveTheUserTheyWereGranted()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var guest = await app.ConnectAsync();

        (await guest.SubscribeAsync("presence-chat.guests"))["members"].GetRawText()
            .Should().Be("""[{"user_id":"guest-1","user_info":{"name":"Guest"},"joined_at":"2026-01-31T10:00:00Z"}]""");
    }

    [Fact]
    public async Task Subscribe_OnAChannelWithHistory_IsToldThePosition()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await PublishAsync(app, 1, 2);

        var subscribed = await client.SubscribeAsync("private-orders.1");

        subscribed["offset"].GetInt64().Should().Be(2);
        subscribed.String("epoch").Should().NotBeEmpty();
        subscribed.Has("recovered").Should().BeFalse();
        await PublishAsync(app, 3);
        (await client.NextAsync()).Text.Should().Be(
            """{"type":"event","channel":"private-orders.1","event":"n","data":3,"offset":3,"timestamp":"2026-01-31T10:00:00.000Z"}""");
    }

    [Fact]
    public async Task Subscribe_WithLast_SendsTheLastThenLiveOnes()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await PublishAsync(app, 1, 2, 3);

        await client.SendAsync("""{"type":"subscribe","channel":"private-orders.1","last":2}""");

        var subscribed = await client.NextAsync("subscribed");
        subscribed["offset"].GetInt64().Should().Be(3);
        await PublishAsync(app, 4);
        foreach (var number in (int[])[2, 3, 4])
        {
            (await client.NextAsync("event"))["offset"].GetInt64().Should().Be(number);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1000")]
    [InlineData("99999999999")]
    public async Task Subscribe_WithAnyLast_SendsWhatThereIs(string last)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await PublishAsync(app, 1);

        await client.SendAsync($$"""{"type":"subscribe","channel":"private-orders.1","last":{{last}}}""");

        await client.NextAsync("subscribed");
        if (last != "0")
        {
            (await client.NextAsync("event"))["offset"].GetInt64().Should().Be(1);
        }

        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Subscribe_WithSince_SendsExactlyTheMissed()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var before = await app.ConnectAsync(token: TestTokens.Of("7"));
        var epoch = (await before.SubscribeAsync("private-orders.1")).String("epoch");
        await PublishAsync(app, 1);
        await before.NextAsync("event");
        await before.CloseAsync();
        await before.ClosedAsync();
        await app.Broadcaster.To("private-orders.1").Event("n").With(2).Except(before.ConnectionId).SendAsync();
        await PublishAsync(app, 3);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));

        await client.SendAsync(
            $$"""{"type":"subscribe","channel":"private-orders.1","since":{"epoch":"{{epoch}}","offset":1,"connection_id":"{{before.ConnectionId}}","x":1},"last":5}""");

        (await client.NextAsync()).Text.Should().Be(
            $$"""{"type":"subscribed","channel":"private-orders.1","epoch":"{{epoch}}","offset":3,"recovered":true}""");
        (await client.NextAsync("event"))["offset"].GetInt64().Should().Be(3);
        await client.ExpectQuietAsync();
    }

    [Theory]
    [InlineData("gone", 1, "epoch")]
    [InlineData(null, 1, "expired")]
    public async Task Subscribe_WithSinceThatCannotBeFilled_SaysWhyAndSendsOnlyLiveOnes(string? epoch, int offset, string reason)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await PublishAsync(app, 1, 2, 3, 4, 5, 6, 7, 8);
        var current = (await client.SubscribeAsync("private-orders.1")).String("epoch");
        await client.SendAsync("""{"type":"unsubscribe","channel":"private-orders.1"}""");
        await client.NextAsync("unsubscribed");

        await client.SendAsync(
            $$"""{"type":"subscribe","since":{"epoch":"{{epoch ?? current}}","offset":{{offset}},"connection_id":null},"channel":"private-orders.1"}""");

        (await client.NextAsync()).Text.Should().Be(
            $$"""{"type":"subscribed","channel":"private-orders.1","epoch":"{{current}}","offset":8,"recovered":false,"reason":"{{reason}}"}""");
        await PublishAsync(app, 9);
        (await client.NextAsync("event"))["offset"].GetInt64().Should().Be(9);
    }

    [Fact]
    public async Task Subscribe_WithSinceOnAChannelWithoutHistory_SaysSo()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();

        await client.SendAsync("""{"type":"subscribe","channel":"news","since":{"epoch":"a","offset":1}}""");

        (await client.NextAsync()).Text.Should().Be("""{"type":"subscribed","channel":"news","recovered":false,"reason":"no_history"}""");
    }

    [Fact]
    public async Task Event_ToOneConnection_HasNoChannel()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();
        var other = await app.ConnectAsync();

        await app.Broadcaster.ToConnection(client.ConnectionId).Event("hello").With(new { a = 1 }).SendAsync();

        (await client.NextAsync()).Text.Should().Be("""{"type":"event","event":"hello","data":{"a":1},"timestamp":"2026-01-31T10:00:00.000Z"}""");
        await other.ExpectQuietAsync();
    }

    private static async Task PublishAsync(BroadcastApp app, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            await app.Broadcaster.BroadcastToChannelAsync("private-orders.1", "n", number);
        }
    }
}
