using Microsoft.AspNetCore.Builder;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>Client events: to the other subscribers only, with the user that the server knows.</summary>
public sealed class ClientEventTests
{
    private static BroadcastAppSetup Setup => new()
    {
        Time = new ManualTimeProvider(),
        Broadcasting = o => o.Channels.For("chat", c =>
        {
            c.ClientEvents = true;
            c.KeepHistory(10, TimeSpan.FromMinutes(5));
        }),
        Map = app => app.MapBroadcastChannel("chat", (ChannelAuthContext context) => ChannelAuthResult.Grant(context.UserId ?? "guest-1")),
    };

    [Theory]
    [InlineData("presence-chat", "\"user_id\":\"7\",")]
    [InlineData("private-chat", "")]
    public async Task Event_FromAClient_GoesToTheOthersWithTheUserOnlyOnPresence(string channel, string user)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var sender = await app.ConnectAsync(token: TestTokens.Of("7"));
        var other = await app.ConnectAsync(token: TestTokens.Of("8"));
        await sender.SubscribeAsync(channel);
        await other.SubscribeAsync(channel);
        await sender.SendAsync("""{"type":"ping","id":"joined"}""");
        await sender.FindAsync("pong");

        await sender.SendAsync(
            $$"""{"type":"event","channel":"{{channel}}","event":"client-typing","data":{"on":true, "s":"Grüße"},"user_id":"8","offset":5,"timestamp":"x"}""");

        (await other.NextAsync()).Text.Should().Be(
            $$"""{"type":"event","channel":"{{channel}}","event":"client-typing","data":{"on":true,"s":"Grüße"},{{user}}"timestamp":"2026-01-31T10:00:00.000Z"}""");
        await sender.ExpectQuietAsync();
        await other.ExpectQuietAsync();
    }

    [Fact]
    public async Task Event_FromAGuest_HasTheUserItWasGranted()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var guest = await app.ConnectAsync();
        var other = await app.ConnectAsync(token: TestTokens.Of("8"));
        await other.SubscribeAsync("presence-chat");
        await guest.SubscribeAsync("presence-chat");

        await guest.SendAsync("""{"type":"event","channel":"presence-chat","event":"client-x","data":null}""");

        (await other.FindAsync("event")).String("user_id").Should().Be("guest-1");
    }

    [Theory]
    [InlineData("7")]
    [InlineData("\"a\"")]
    public async Task Event_WithId_IsAcknowledged(string id)
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var sender = await app.ConnectAsync(token: TestTokens.Of("7"));
        await sender.SubscribeAsync("private-chat");

        await sender.SendAsync($$"""{"type":"event","id":{{id}},"channel":"private-chat","event":"client-x","data":1}""");

        (await sender.NextAsync()).Text.Should().Be($$"""{"type":"ack","id":{{id}}}""");
    }

    [Fact]
    public async Task Event_OfAClient_IsNeverKept()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var sender = await app.ConnectAsync(token: TestTokens.Of("7"));
        await sender.SubscribeAsync("private-chat");
        await sender.SendAsync("""{"type":"event","id":1,"channel":"private-chat","event":"client-x","data":1}""");
        await sender.NextAsync("ack");
        var late = await app.ConnectAsync(token: TestTokens.Of("8"));

        await late.SendAsync("""{"type":"subscribe","channel":"private-chat","last":10}""");

        (await late.NextAsync("subscribed"))["offset"].GetInt64().Should().Be(0);
        await late.ExpectQuietAsync();
    }

    [Fact]
    public async Task Event_AfterTheSubscriptionWasEnded_IsRefused()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        var sender = await app.ConnectAsync(token: TestTokens.Of("7"));
        await sender.SubscribeAsync("private-chat");
        await app.Broadcaster.UnsubscribeAsync(sender.ConnectionId, Channel.Private("chat"), UnsubscribeReason.Revoked);
        await sender.NextAsync("unsubscribed");

        await sender.SendAsync("""{"type":"event","channel":"private-chat","event":"client-x","data":1}""");

        (await sender.NextAsync("error")).String("code").Should().Be("not_subscribed");
    }
}
