using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>What is refused before the upgrade, and the same verdicts as JSON to a plain GET.</summary>
public sealed class HandshakeTests
{
    private const string WellMade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    [Fact]
    public async Task Handshake_WellMade_IsAnsweredAsTheRfcSays()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await app.ConnectRawAsync();

        client.Answer.Should().StartWith("HTTP/1.1 101 ");
        client.Answer.Should().Contain("Upgrade: websocket\r\n").And.Contain("Connection: Upgrade\r\n").And.Contain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        client.Answer.Should().NotContain("Sec-WebSocket-Extensions").And.NotContain("Sec-WebSocket-Protocol");
    }

    [Theory]
    [InlineData("not-a-token")]
    [InlineData("")]
    public async Task Handshake_WithABadToken_Is401BeforeTheUpgrade(string token)
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await RawClient.ConnectAsync(app.Address, "/ws", upgrade: WellMade + $"Authorization: Bearer {token}\r\n");

        client.Answer.Should().StartWith("HTTP/1.1 401 ").And.Contain("WWW-Authenticate: Bearer\r\n");
        app.Hub.ConnectionCount.Should().Be(0);
    }

    [Fact]
    public async Task Handshake_WithABadAuthToken_Is401()
    {
        await using var app = await BroadcastApp.StartAsync();
        var connect = () => app.ConnectAsync("/ws/news?auth_token=wrong");

        (await connect.Should().ThrowAsync<WebSocketException>()).WithMessage("*401*");
    }

    [Fact]
    public async Task Handshake_AtAFullNode_Is503WithRetryAfterUntilOneGoes()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.MaxConnections = 1 });
        var first = await app.ConnectAsync();
        using var refused = await RawClient.ConnectAsync(app.Address, "/ws");

        refused.Answer.Should().StartWith("HTTP/1.1 503 ").And.MatchRegex("Retry-After: [0-9]+\r\n");

        await first.CloseAsync();
        await first.ClosedAsync();
        await app.EmptyAsync();
        await app.ConnectAsync();
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426)]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426)]
    [InlineData("Sec-WebSocket-Version: 13\r\n", 400)]
    [InlineData("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n", 400)]
    [InlineData("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n", 400)]
    [InlineData("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA\r\n", 400)]
    public async Task Handshake_OfTheWrongForm_IsRefused(string headers, int status)
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await RawClient.ConnectAsync(app.Address, "/ws", upgrade: "Upgrade: websocket\r\nConnection: Upgrade\r\n" + headers);

        client.Answer.Should().StartWith($"HTTP/1.1 {status} ");
        if (status == 426)
        {
            client.Answer.Should().Contain("Sec-WebSocket-Version: 13\r\n");
        }
    }

    [Theory]
    [InlineData("/ws", null, null, 426, "upgrade_required")]
    [InlineData("/ws/news?channel=a&protocol=1", null, null, 426, "upgrade_required")]
    [InlineData("/ws?auth_token=user:7", null, null, 426, "upgrade_required")]
    [InlineData("/ws?protocol=2", null, null, 400, "unknown_protocol")]
    [InlineData("/ws?auth_token=wrong", null, null, 401, "unauthenticated")]
    [InlineData("/ws", "wrong", null, 401, "unauthenticated")]
    [InlineData("/ws", null, "https://evil.example", 403, "forbidden")]
    public async Task PlainGet_GivesTheSameVerdictAsJson(string path, string? token, string? origin, int status, string code)
    {
        await using var app = await BroadcastApp.StartAsync();
        using var answer = await GetAsync(app, path, token, origin);

        await ExpectAsync(answer, status, code);
    }

    [Fact]
    public async Task PlainGet_AtAFullNode_Is503WithRetryAfter()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.MaxConnections = 1 });
        await app.ConnectAsync();
        using var answer = await GetAsync(app, "/ws");

        await ExpectAsync(answer, 503, "unavailable");
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
    }

    [Fact]
    public async Task PlainGet_WhenAllIsWell_SaysHowToConnect()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var answer = await GetAsync(app, "/ws");

        answer.Headers.Upgrade.ToString().Should().Be("websocket");
        answer.Headers.GetValues("Sec-WebSocket-Version").Should().Equal("13");
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Fact]
    public async Task OtherMethods_AreNotAllowed()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(app.Address, "/ws"), content: null);

        answer.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    private static async Task ExpectAsync(HttpResponseMessage answer, int status, string code)
    {
        ((int)answer.StatusCode).Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        body.GetProperty("status").GetInt32().Should().Be(status);
        body.GetProperty("code").GetString().Should().Be(code);
        body.GetProperty("message").GetString().Should().NotBeEmpty();
    }

    private static async Task<HttpResponseMessage> GetAsync(BroadcastApp app, string path, string? token = null, string? origin = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path));
        if (token is not null)
        {
            request.Headers.Add("Authorization", "Bearer " + token);
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await http.SendAsync(request);
    }
}
