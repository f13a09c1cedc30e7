using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Limits;

/// <summary>How many may connect, and how fast: by node, by user and by the client's address behind a proxy; places are free again.</summary>
public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task MaxConnections_OverIt_Is503UntilOneGoes()
    {
        await using var app = await StartAsync(options => options.MaxConnections = 2);
        using var first = await ConnectAsync(app);
        using var second = await ConnectAsync(app);

        await RefusedAsync(app, "MaxConnections");

        await EndAsync(app, first);
        using var third = await ConnectAsync(app);
        await RefusedAsync(app, "MaxConnections");
        second.Dispose();
        third.Dispose();
        await Wait.UntilAsync(() => app.Services.GetRequiredService<ConnectionLimits>().Count == 0, "all places are free");
        using var fourth = await ConnectAsync(app);
        using var fifth = await ConnectAsync(app);
    }

    [Fact]
    public async Task MaxConnectionsPerUser_OverIt_RefusesThatUserAlone()
    {
        await using var app = await StartAsync(options => options.MaxConnectionsPerUser = 2);
        using var first = await ConnectAsync(app, user: "ada");
        using var second = await ConnectAsync(app, user: "ada");

        await RefusedAsync(app, "MaxConnectionsPerUser", user: "ada");

        using var ben = await ConnectAsync(app, user: "ben");
        using var guest = await ConnectAsync(app);
        await EndAsync(app, first);
        using var third = await ConnectAsync(app, user: "ada");
        await RefusedAsync(app, "MaxConnectionsPerUser", user: "ada");
    }

    [Theory]
    [InlineData("203.0.113.5", "203.0.113.5", "203.0.113.6")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::1")]
    [InlineData("::ffff:203.0.113.5", "203.0.113.5", "::ffff:203.0.113.6")]
    public async Task MaxConnectionsPerAddress_OverIt_RefusesThatAddressAlone(string address, string same, string other)
    {
        await using var app = await StartAsync(options => options.MaxConnectionsPerAddress = 2);
        using var first = await ConnectAsync(app, address);
        using var second = await ConnectAsync(app, same);

        await RefusedAsync(app, "MaxConnectionsPerAddress", address);
        await RefusedAsync(app, "MaxConnectionsPerAddress", same);

        using var elsewhere = await ConnectAsync(app, other);
        using var direct = await ConnectAsync(app);
        await EndAsync(app, first);
        using var third = await ConnectAsync(app, same);
        await RefusedAsync(app, "MaxConnectionsPerAddress", address);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:10.1.2.3")]
    public async Task MaxConnectionsPerAddress_LoopbackAndPrivate_AreNotCounted(string address)
    {
        await using var app = await StartAsync(options => (options.MaxConnectionsPerAddress, options.HandshakesPerSecondPerAddress) = (1, 1));

        using var first = await ConnectAsync(app, address);
        using var second = await ConnectAsync(app, address);
    }

    [Theory]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("11.0.0.1")]
    public async Task MaxConnectionsPerAddress_NextToThePrivateOnes_AreCounted(string address)
    {
        await using var app = await StartAsync(options => options.MaxConnectionsPerAddress = 1);
        using var first = await ConnectAsync(app, address);

        await RefusedAsync(app, "MaxConnectionsPerAddress", address);
    }

    [Fact]
    public async Task HandshakesPerSecondPerAddress_OverIt_Is503AndSoonNoLonger()
    {
        await using var app = await StartAsync(options => options.HandshakesPerSecondPerAddress = 1);

        // Thirty of them last far less than the thirty seconds that they would be allowed in.
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => StatusAsync(app, "203.0.113.5")));
        answers.Should().Contain(426, "the first of them is fine").And.Contain(503);
        (await StatusAsync(app, "203.0.113.6")).Should().Be(426, "another address has its own");
        (await StatusAsync(app, address: null)).Should().Be(426);
        app.Logs.All.Should().Contain(log => log.Id == 2007 && log.Message.Contains("Broadcasting:WebSockets:HandshakesPerSecondPerAddress", StringComparison.Ordinal));

        while (await StatusAsync(app, "203.0.113.5") != 426)
        {
            // Until a second has brought the next.
        }
    }

    [Fact]
    public async Task Limits_RefusedAndFailedHandshakes_KeepNoPlace()
    {
        await using var app = await StartAsync(options => (options.MaxConnections, options.MaxConnectionsPerUser, options.MaxConnectionsPerAddress) = (1, 1, 1));
        const string Forwarded = "X-Forwarded-For: 203.0.113.5\r\n";
        foreach (var upgrade in (string[])["", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bad\r\n"])
        {
            using var failed = await RawClient.ConnectAsync(app.Address, "/ws", TestTokens.Of("ada"), Forwarded + upgrade);
            failed.Answer.Should().MatchRegex("^HTTP/1.1 4[0-9][0-9] ");
        }

        using var first = await ConnectAsync(app, "203.0.113.5", "ada");
        await RefusedAsync(app, "MaxConnections", "203.0.113.5", "ada");
        await EndAsync(app, first);
        using var second = await ConnectAsync(app, "203.0.113.5", "ada");
    }

    private static Task<BroadcastApp> StartAsync(Action<BroadcastWebSocketOptions> limits) => BroadcastApp.StartAsync(new()
    {
        WebSockets = limits,
        Map = app => app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor }),
    });

    private static async Task<WireClient> ConnectAsync(BroadcastApp app, string? address = null, string? user = null)
    {
        var client = await WireClient.ConnectAsync(app.Address, "/ws", user is null ? null : TestTokens.Of(user), options =>
        {
            if (address is not null)
            {
                options.SetRequestHeader("X-Forwarded-For", address);
            }
        });
        await client.GreetingAsync();
        return client;
    }

    private static async Task RefusedAsync(BroadcastApp app, string setting, string? address = null, string? user = null)
    {
        var before = app.Logs.All.Count;
        var connect = () => ConnectAsync(app, address, user);
        (await connect.Should().ThrowAsync<WebSocketException>()).WithMessage("*503*");
        app.Logs.All.Skip(before).Should().ContainSingle(log => log.Id == 2007 && log.Level == LogLevel.Warning)
            .Which.Message.Should().Contain($"Broadcasting:WebSockets:{setting};");
    }

    /// <summary>Closes a connection; its place is free when its request has ended, which is a little later.</summary>
    private static async Task EndAsync(BroadcastApp app, WireClient client)
    {
        var limits = app.Services.GetRequiredService<ConnectionLimits>();
        var before = limits.Count;
        await client.CloseAsync();
        await client.ClosedAsync();
        await Wait.UntilAsync(() => limits.Count < before, "the place is free");
    }

    private static async Task<int> StatusAsync(BroadcastApp app, string? address)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/ws"));
        if (address is not null)
        {
            request.Headers.Add("X-Forwarded-For", address);
        }

        using var answer = await http.SendAsync(request);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            answer.Headers.RetryAfter.Should().NotBeNull();
        }

        return (int)answer.StatusCode;
    }
}
