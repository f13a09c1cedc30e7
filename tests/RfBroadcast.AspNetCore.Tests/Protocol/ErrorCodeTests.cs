using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>Every row of the table of error codes; <c>bad_message</c> is <see cref="BadMessageTests"/>'.</summary>
public sealed class ErrorCodeTests
{
    private static BroadcastAppSetup Setup => new()
    {
        Broadcasting = o => o.Channels
            .For("chat.{room}", c => c.ClientEvents = true)
            .For("open", c => c.ClientEvents = true),
        WebSockets = o =>
        {
            o.ClientEventsPerSecond = 2;
            o.MaxClientEventBytes = 100;
            o.MaxChannelsPerConnection = 2;
        },
        Services = services => services.AddSingleton<StubBroadcaster>().AddSingleton<IBroadcaster>(provider => provider.GetRequiredService<StubBroadcaster>()),
        Map = app =>
        {
            app.MapBroadcastChannel("chat.{room}", () => true);
            app.MapBroadcastChannel("quiet", () => true);
            app.MapBroadcastChannel("denied", () => ChannelAuthResult.Deny("not for you"));
            app.MapBroadcastChannel("signed-in", () => true).RequireAuthorization();
            app.MapBroadcastChannel("broken", bool () => throw new InvalidOperationException("secret"));
        },
    };

    public static TheoryData<string> InvalidChannels =>
    [
        "", "a b", "a/b", "ä", "#news", "a#b", "a*", "a:b", "private-", "presence-", "private-encrypted-x", "cache-x", "private-cache-x", "presence-cache-x",
        new string('c', 201), "private-" + new string('c', 193), "news\\u0000",
    ];

    [Theory]
    [MemberData(nameof(InvalidChannels))]
    public async Task InvalidChannel_InEveryMessage(string channel)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();
        foreach (var message in (string[])["\"type\":\"subscribe\"", "\"type\":\"unsubscribe\"", "\"type\":\"event\",\"event\":\"client-x\",\"data\":1"])
        {
            await client.SendAsync($$"""{{{message}},"id":5,"channel":"{{channel}}"}""");

            var error = await client.NextAsync("error");
            error.String("code").Should().Be("invalid_channel");
            error["id"].GetInt32().Should().Be(5);
            error.String("channel").Should().Be(channel.Replace("\\u0000", "\0", StringComparison.Ordinal));
        }

        await client.ExpectQuietAsync();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(1)]
    public async Task Channel_WithAllAllowedCharacters_IsValid(int length)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();
        var name = "AZaz09_-=@,.;".PadRight(length, 'x')[^length..];

        await client.SubscribeAsync(name);
    }

    [Theory]
    [InlineData("private-nobody", "access denied")]
    [InlineData("presence-nobody", "access denied")]
    [InlineData("private-denied", "not for you")]
    [InlineData("private-user.8", "access denied")]
    public async Task Forbidden_WhenDeniedOrNothingGrantsIt(string channel, string message)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));

        await client.SendAsync($$"""{"type":"subscribe","id":"x","channel":"{{channel}}"}""");

        (await client.NextAsync()).Text.Should().Be($$"""{"type":"error","id":"x","code":"forbidden","message":"{{message}}","channel":"{{channel}}"}""");
        app.Hub.ChannelCount.Should().Be(0);
    }

    [Theory]
    [InlineData("private-user.7")]
    [InlineData("private-signed-in")]
    [InlineData("presence-chat.1")]
    public async Task Unauthenticated_WhenTheChannelNeedsAUserAndThereIsNone(string channel)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();

        await client.SendAsync($$"""{"type":"subscribe","channel":"{{channel}}"}""");

        var error = await client.NextAsync("error");
        error.String("code").Should().Be("unauthenticated");
        error.String("channel").Should().Be(channel);
    }

    [Fact]
    public async Task NotSubscribed_ForUnsubscribeAndForClientEvents()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));

        await client.SendAsync("""{"type":"unsubscribe","channel":"news"}""");
        (await client.NextAsync()).Text.Should().Be(
            """{"type":"error","code":"not_subscribed","message":"there is no subscription to this channel","channel":"news"}""");

        await client.SendAsync("""{"type":"event","id":2,"channel":"private-chat.1","event":"client-x","data":1}""");
        (await client.NextAsync()).Text.Should().Be(
            """{"type":"error","id":2,"code":"not_subscribed","message":"subscribe to the channel before sending events to it","channel":"private-chat.1"}""");
    }

    [Theory]
    [InlineData("news")]
    [InlineData("open")] // switched on, but public
    [InlineData("private-quiet")]
    public async Task ClientEventsOff_WhereTheyAreNotEnabled(string channel)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await client.SubscribeAsync(channel);

        await client.SendAsync($$"""{"type":"event","channel":"{{channel}}","event":"client-x","data":1}""");

        var error = await client.NextAsync("error");
        error.String("code").Should().Be("client_events_off");
        error.String("channel").Should().Be(channel);
    }

    [Fact]
    public async Task InvalidEvent_WithoutPrefixOrTooLong()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await client.SubscribeAsync("private-chat.1");
        foreach (var name in (string[])["typing", "", "Client-x", "pusher:x", "client-" + new string('x', 194)])
        {
            await client.SendAsync($$"""{"type":"event","channel":"private-chat.1","event":"{{name}}","data":1}""");

            (await client.NextAsync("error")).String("code").Should().Be("invalid_event", name);
        }

        await client.SendAsync($$"""{"type":"event","id":1,"channel":"private-chat.1","event":"client-{{new string('x', 193)}}","data":1}""");
        await client.NextAsync("ack");
    }

    [Fact]
    public async Task TooLarge_WhenTheDataIsOverItsLimit()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await client.SubscribeAsync("private-chat.1");

        await client.SendAsync($$"""{"type":"event","id":1,"channel":"private-chat.1","event":"client-x","data":"{{new string('x', 98)}}"}""");
        await client.NextAsync("ack");

        await client.SendAsync($$"""{"type":"event","id":2,"channel":"private-chat.1","event":"client-x","data":"{{new string('x', 99)}}"}""");
        var error = await client.NextAsync("error");
        error.String("code").Should().Be("too_large");
        error["id"].GetInt32().Should().Be(2);
    }

    [Fact]
    public async Task TooLarge_WhenOnlyTheAppsOwnLimitIsSmaller()
    {
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Broadcasting = o =>
            {
                o.MaxPayloadBytes = 1024;
                o.Channels.For("chat", c => c.ClientEvents = true);
            },
            Map = app => app.MapBroadcastChannel("chat", () => true),
        });
        var client = await app.ConnectAsync();
        await client.SubscribeAsync("private-chat");

        await client.SendAsync($$"""{"type":"event","channel":"private-chat","event":"client-x","data":"{{new string('x', 2000)}}"}""");

        (await client.NextAsync("error")).String("code").Should().Be("too_large");
    }

    [Fact]
    public async Task BadMessage_WhenTheDataOfAClientEventIsNoText()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();
        await client.SubscribeAsync("private-chat.1");

        await client.SendAsync("""{"type":"event","id":3,"channel":"private-chat.1","event":"client-x","data":"\ud83d"}""");

        (await client.NextAsync("error")).String("code").Should().Be("bad_message");
    }

    [Fact]
    public async Task RateLimited_WithTheTimeToWait()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await client.SubscribeAsync("private-chat.1");
        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync("""{"type":"event","channel":"private-chat.1","event":"client-x","data":1}""");
        }

        var error = await client.NextAsync("error");

        error.String("code").Should().Be("rate_limited");
        error.String("channel").Should().Be("private-chat.1");
        error["retry_after"].GetDouble().Should().BeInRange(0.001, 1);
    }

    [Fact]
    public async Task TooManyChannels_OverTheLimitOfOneConnection()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync();
        await client.SubscribeAsync("a");
        await client.SubscribeAsync("b");

        await client.SendAsync("""{"type":"subscribe","channel":"c"}""");

        (await client.NextAsync()).Text.Should().Be(
            """{"type":"error","code":"too_many_channels","message":"one connection may be subscribed to 2 channels","channel":"c"}""");
        await client.SubscribeAsync("b");
        await client.SendAsync("""{"type":"unsubscribe","channel":"a"}""");
        await client.NextAsync("unsubscribed");
        await client.SubscribeAsync("c");
    }

    [Fact]
    public async Task Unavailable_WhenTheBackEndCannotBeReached()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));
        await client.SubscribeAsync("private-chat.1");
        var stub = app.Services.GetRequiredService<StubBroadcaster>();
        stub.BeforeSubscribe = _ => throw new BroadcasterUnavailableException("10.1.2.3 is away", mayHaveBeenSent: false);
        stub.BeforeUnsubscribe = _ => throw new BroadcasterUnavailableException("away", mayHaveBeenSent: false);
        stub.BeforeBroadcast = _ => throw new BroadcasterUnavailableException("away", mayHaveBeenSent: true);
        foreach (var message in (string[])["\"type\":\"subscribe\"", "\"type\":\"unsubscribe\"", "\"type\":\"event\",\"event\":\"client-x\",\"data\":1"])
        {
            await client.SendAsync($$"""{{{message}},"id":5,"channel":"private-chat.1"}""");

            (await client.NextAsync()).Text.Should().Be(
                """{"type":"error","id":5,"code":"unavailable","message":"the back end could not be reached; try again","channel":"private-chat.1"}""");
        }
    }

    [Fact]
    public async Task Internal_WhenSomethingOfTheAppFails()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var client = await app.ConnectAsync(token: TestTokens.Of("7"));

        await client.SendAsync("""{"type":"subscribe","channel":"private-broken"}""");
        (await client.NextAsync()).Text.Should().Be(
            """{"type":"error","code":"internal","message":"the authorization of this channel failed","channel":"private-broken"}""");

        app.Services.GetRequiredService<StubBroadcaster>().BeforeSubscribe = _ => throw new InvalidOperationException("secret");
        await client.SendAsync("""{"type":"subscribe","channel":"news"}""");
        (await client.NextAsync()).Text.Should().Be(
            """{"type":"error","code":"internal","message":"the server failed to carry this out; try again","channel":"news"}""");
        await client.ExpectQuietAsync();
    }
}
