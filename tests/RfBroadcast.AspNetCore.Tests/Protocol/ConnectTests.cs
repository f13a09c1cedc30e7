using System.Globalization;
using System.Net.WebSockets;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>The forms of connecting, and the greeting.</summary>
public sealed class ConnectTests
{
    [Fact]
    public async Task Connect_WithoutUser_GreetsWithoutTheUsersFields()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        client.ConnectionId.Should().MatchRegex(@"^\d+\.\d+$");
        client.Greeting.Text.Should().Be($$"""{"type":"connected","connection_id":"{{client.ConnectionId}}","protocol":1,"ping_interval":30}""");
    }

    [Fact]
    public async Task Connect_WithUser_GreetsWithTheUserAndItsChannel()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync(token: TestTokens.Of("auth0|7"));

        client.Greeting.Text.Should().Be(
            $$"""{"type":"connected","connection_id":"{{client.ConnectionId}}","protocol":1,"ping_interval":30,"user_id":"auth0|7","user_channel":"private-user.auth0=7C7"}""");
    }

    [Fact]
    public async Task Connect_WithAnExpiringToken_GreetsWithItsEnd()
    {
        await using var app = await BroadcastApp.StartAsync();
        var expires = new DateTimeOffset(2126, 1, 31, 11, 0, 0, TimeSpan.FromHours(1));
        var client = await app.ConnectAsync(token: TestTokens.Of("7", expires));

        client.Greeting.Text.Should().EndWith(""","user_id":"7","user_channel":"private-user.7","expires_at":"2126-01-31T10:00:00Z"}""");
    }

    [Fact]
    public async Task Connect_WithAuthToken_IsThatUser()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync("/ws?channel=news&auth_token=user:7");

        client.Greeting.String("user_id").Should().Be("7");
        (await client.NextAsync("subscribed")).String("channel").Should().Be("news");
    }

    [Fact]
    public async Task Connect_WithChannels_SubscribesAsIfAsked()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync("/ws?channel=general&channel=news&channel=general&channel=private-x&channel=a%20b");

        var answers = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            answers.Add((await client.NextAsync()).Text);
        }

        // Two channels do not wait for each other.
        answers.Should().BeEquivalentTo(
            """{"type":"subscribed","channel":"general"}""",
            """{"type":"subscribed","channel":"news"}""",
            """{"type":"error","code":"forbidden","message":"access denied","channel":"private-x"}""",
            """{"type":"error","code":"invalid_channel","message":"the character ' ' is not allowed; allowed are A-Z a-z 0-9 _ - = @ , . ;","channel":"a b"}""");
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Connect_WithTheChannelInThePath_SubscribesToIt()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync("/ws/private-user.7?auth_token=user:7&channel=news");

        string[] answers = [(await client.NextAsync()).Text, (await client.NextAsync()).Text];
        answers.Should().BeEquivalentTo("""{"type":"subscribed","channel":"private-user.7"}""", """{"type":"subscribed","channel":"news"}""");
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Connect_WithProtocol1_IsAccepted()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync("/ws?protocol=1&unknown=x");

        client.Greeting["protocol"].GetInt32().Should().Be(1);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("0")]
    [InlineData("x")]
    public async Task Connect_WithAnUnknownProtocol_Is400(string version)
    {
        await using var app = await BroadcastApp.StartAsync();
        var connect = () => app.ConnectAsync("/ws?protocol=" + version);

        (await connect.Should().ThrowAsync<WebSocketException>()).WithMessage("*400*");
    }

    [Fact]
    public async Task Connect_Twice_HasTwoIds()
    {
        await using var app = await BroadcastApp.StartAsync();
        var first = await app.ConnectAsync();
        var second = await app.ConnectAsync();

        second.ConnectionId.Should().NotBe(first.ConnectionId);
        app.Hub.ConnectionCount.Should().Be(2);
    }

    [Fact]
    public async Task Connect_WithAnotherPingInterval_IsToldIt()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.PingInterval = TimeSpan.FromMilliseconds(1500) });
        var client = await app.ConnectAsync();

        client.Greeting["ping_interval"].GetRawText().Should().Be(1.5.ToString(CultureInfo.InvariantCulture));
    }
}
