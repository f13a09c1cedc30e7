using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>Which pages may connect.</summary>
public sealed class OriginTests
{
    [Theory]
    [InlineData("app.example.com", "https://app.example.com", true)]
    [InlineData("app.example.com", "http://app.example.com", true)] // the scheme never counts
    [InlineData("APP.example.com", "https://app.EXAMPLE.com", true)]
    [InlineData("app.example.com", "https://app.example.com:8443", true)] // a proxy in front: the host has no port
    [InlineData("app.example.com:8443", "https://app.example.com:8443", true)]
    [InlineData("app.example.com:8443", "https://app.example.com", false)]
    [InlineData("app.example.com:8443", "https://app.example.com:9443", false)]
    [InlineData("[::1]:5000", "http://[::1]:5000", true)]
    [InlineData("app.example.com", "https://evil.example", false)]
    [InlineData("app.example.com", "https://example.com", false)]
    [InlineData("app.example.com", "https://app.example.com.evil.example", false)]
    [InlineData("app.example.com", "https://evil.example/app.example.com", false)]
    [InlineData("app.example.com", "https://app.example.com@evil.example", false)]
    [InlineData("app.example.com", "null", false)]
    [InlineData("app.example.com", "https://", false)]
    public async Task Handshake_FromAPage_IsAcceptedFromTheOwnHostOnly(string host, string origin, bool isAccepted)
    {
        await using var app = await BroadcastApp.StartAsync();

        await ExpectAsync(app, host, origin, isAccepted);
    }

    [Theory]
    [InlineData("pages.example", "https://pages.example", true)]
    [InlineData("pages.example", "http://pages.example:8080", true)]
    [InlineData("pages.example", "https://sub.pages.example", false)]
    [InlineData("pages.example:8080", "http://pages.example:8080", true)]
    [InlineData("pages.example:8080", "http://pages.example", false)]
    [InlineData("https://pages.example", "https://pages.example", true)]
    [InlineData("*", "https://evil.example", true)]
    [InlineData("*", "null", true)]
    public async Task Handshake_FromAnAllowedOrigin_IsAccepted(string allowed, string origin, bool isAccepted)
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.AllowedOrigins = [allowed] });

        await ExpectAsync(app, "app.example.com", origin, isAccepted);
        await ExpectAsync(app, "app.example.com", "https://app.example.com", isAccepted: true);
    }

    [Fact]
    public async Task Handshake_WithoutOrigin_IsAccepted()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await app.ConnectRawAsync();

        client.Answer.Should().StartWith("HTTP/1.1 101 ");
    }

    [Fact]
    public async Task Refusal_IsLoggedWithBothValuesAndTheSetting()
    {
        await using var app = await BroadcastApp.StartAsync();

        await ExpectAsync(app, "app.example.com", "https://evil.example", isAccepted: false);

        app.Logs.Single(2006).Message.Should().Contain("https://evil.example").And.Contain("app.example.com").And.Contain("Broadcasting:WebSockets:AllowedOrigins");
    }

    private static async Task ExpectAsync(BroadcastApp app, string host, string origin, bool isAccepted)
    {
        using var client = await RawClient.ConnectAsync(
            app.Address,
            "/ws",
            upgrade: $"Origin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            host: host);
        client.Answer.Should().StartWith(isAccepted ? "HTTP/1.1 101 " : "HTTP/1.1 403 ");
    }
}
