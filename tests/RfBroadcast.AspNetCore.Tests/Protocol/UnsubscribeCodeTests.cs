using Microsoft.AspNetCore.Builder;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>Every row of the table of unsubscribe codes.</summary>
public sealed class UnsubscribeCodeTests
{
    public static TheoryData<int, string> Reasons => new()
    {
        { 2000, "unsubscribed by the application" },
        { 2001, "access revoked" },
        { 2500, "messages were missed" },
        { 2501, "the grant expired" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Unsubscribe_ByTheServer_TellsTheCodeAndNothingFollows(int code, string message)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();
        await client.SubscribeAsync("news");

        await app.Broadcaster.UnsubscribeAsync(client.ConnectionId, Channel.Public("news"), new UnsubscribeReason(code, message));

        (await client.NextAsync()).Text.Should().Be($$"""{"type":"unsubscribed","channel":"news","code":{{code}},"message":"{{message}}"}""");
        await app.Broadcaster.BroadcastToChannelAsync("news", "x", 1);
        await client.ExpectQuietAsync();
        await client.SubscribeAsync("news");
    }

    [Fact]
    public async Task Grant_ThatExpires_Ends2501AndIsAuthorizedAnew()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            WebSockets = o => o.PingInterval = TimeSpan.FromMinutes(10),
            Map = app => app.MapBroadcastChannel("chat", () => ChannelAuthResult.Grant("7", expiresAt: time.GetUtcNow().AddMinutes(1))),
        });
        var client = await app.ConnectAsync();
        for (var i = 0; i < 2; i++)
        {
            await client.SubscribeAsync("presence-chat");
            await WhenExpiryIsSetAsync(client);
            time.Advance(TimeSpan.FromSeconds(10));
            await client.ExpectQuietAsync();

            time.Advance(TimeSpan.FromSeconds(51));

            (await client.NextAsync()).Text.Should().Be(
                """{"type":"unsubscribed","channel":"presence-chat","code":2501,"message":"the grant expired"}""");
            await client.ExpectQuietAsync();
        }
    }

    [Fact]
    public async Task Grant_OfAnEndedSubscription_EndsNothingLater()
    {
        var time = new ManualTimeProvider();
        var expires = true;
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            WebSockets = o => o.PingInterval = TimeSpan.FromMinutes(10),
            Map = app => app.MapBroadcastChannel("chat", () => ChannelAuthResult.Grant("7", expiresAt: expires ? time.GetUtcNow().AddMinutes(1) : null)),
        });
        var client = await app.ConnectAsync();
        await client.SubscribeAsync("private-chat");
        await WhenExpiryIsSetAsync(client);
        await app.Broadcaster.UnsubscribeAsync(client.ConnectionId, Channel.Private("chat"), UnsubscribeReason.ByApp);
        await client.NextAsync("unsubscribed");
        expires = false;
        await client.SubscribeAsync("private-chat");
        await WhenExpiryIsSetAsync(client);

        time.Advance(TimeSpan.FromMinutes(2));

        await client.ExpectQuietAsync();
        app.Broadcaster.IsSubscribed(client.ConnectionId, "private-chat").Should().BeTrue();
    }

    /// <summary>Commands of one channel run in order, so the next answer shows that the one before is complete.</summary>
    private static async Task WhenExpiryIsSetAsync(WireClient client)
    {
        await client.SendAsync("""{"type":"event","channel":"private-chat","event":"x","data":1}""");
        await client.SendAsync("""{"type":"event","channel":"presence-chat","event":"x","data":1}""");
        await client.NextAsync("error");
        await client.NextAsync("error");
    }
}
