using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.EventStreams;

/// <summary>Opening a stream of events, and what it shows.</summary>
public sealed class EventStreamTests
{
    [Fact]
    public async Task Open_GreetsAndHasTheHeadersOfAStream()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await StreamClient.OpenAsync(app, "/ws/news", TestTokens.Of("7"));

        client.ConnectionId.Should().MatchRegex(@"^\d+\.\d+$");
        client.Response.Content.Headers.ContentType!.ToString().Should().Be("text/event-stream");
        client.Response.Headers.CacheControl!.NoStore.Should().BeTrue();
        client.Response.Headers.GetValues("X-Accel-Buffering").Should().Equal("no");
        (await client.NextAsync()).Text.Should().Be("""{"type":"subscribed","channel":"news"}""");
        (await app.Connections.ListAsync()).Should().ContainSingle().Which.UserId.Should().Be("7");
    }

    [Fact]
    public async Task Open_SeveralChannels_ShowsTheSameFramesAsASocket()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await StreamClient.OpenAsync(app, "/ws?channel=a&channel=b&channel=a");
        var socket = await app.ConnectAsync("/ws?channel=a&channel=b");

        string[] started = [(await client.NextAsync("subscribed")).Text, (await client.NextAsync("subscribed")).Text];
        started.Should().BeEquivalentTo([(await socket.NextAsync("subscribed")).Text, (await socket.NextAsync("subscribed")).Text]);
        foreach (var channel in (string[])["a", "b", "a"])
        {
            await app.Broadcaster.To(channel).Event("hello").With(new { You = "ö <&> \n" }).SendAsync();
            (await client.NextAsync("event")).Text.Should().Be((await socket.NextAsync("event")).Text);
        }
    }

    [Fact]
    public async Task Event_ThatTheAppIndents_StaysOneBlock()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Broadcasting = options => options.Json = new JsonSerializerOptions { WriteIndented = true, NewLine = "\r\n" },
        });
        using var client = await SubscribedAsync(app, "/ws/news");

        await app.Broadcaster.To("news").Event("hello").With(new { A = new[] { 1, 2 } }).SendAsync();

        (await client.NextAsync("event"))["data"].GetProperty("A").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task Open_WithLast_StartsWithThatMany()
    {
        await using var app = await BroadcastApp.StartAsync(WithHistory());
        for (var n = 1; n <= 5; n++)
        {
            await app.Broadcaster.To("news").Event("tick").With(n).SendAsync();
        }

        using var client = await SubscribedAsync(app, "/ws/news?last=2");

        (await client.NextAsync("event"))["data"].GetInt32().Should().Be(4);
        (await client.NextAsync("event"))["data"].GetInt32().Should().Be(5);
    }

    [Fact]
    public async Task Open_PrivateChannel_NeedsItsGrant()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Map = map => map.MapBroadcastChannel("orders.{id:int}", (int id) => id == 7),
        });

        using var client = await StreamClient.OpenAsync(app, "/ws?channel=private-orders.7&channel=private-orders.8&channel=!&auth_token=user:7");

        var frames = new List<WireFrame> { await client.NextAsync(), await client.NextAsync(), await client.NextAsync() };
        frames.Select(frame => $"{frame.Type} {frame.String("channel")} {(frame.Has("code") ? frame.String("code") : "")}").Should().BeEquivalentTo(
            "subscribed private-orders.7 ",
            "error private-orders.8 forbidden",
            "error ! invalid_channel");
    }

    [Fact]
    public async Task Open_PresenceChannel_IsAMemberUntilItGoes()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Broadcasting = options => options.PresenceGrace = TimeSpan.Zero,
            Map = map => map.MapBroadcastChannel("chat.{id}", (string id) => true),
        });
        using var one = await StreamClient.OpenAsync(app, "/ws/presence-chat.1", TestTokens.Of("1"));
        (await one.NextAsync("subscribed"))["members"].GetArrayLength().Should().Be(1);

        var two = await StreamClient.OpenAsync(app, "/ws/presence-chat.1", TestTokens.Of("2"));

        (await one.NextAsync("member_joined"))["member"].GetProperty("user_id").GetString().Should().Be("2");
        two.Vanish();
        (await one.NextAsync("member_left"))["member"].GetProperty("user_id").GetString().Should().Be("2");
    }

    [Fact]
    public async Task Open_EmptyChannel_GetsWhatIsSentToItAlone()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await StreamClient.OpenAsync(app, "/ws?channel=");

        await app.Broadcaster.ToConnection(client.ConnectionId).Event("hello").SendAsync();

        (await client.NextAsync("event")).String("event").Should().Be("hello");
    }

    [Fact]
    public async Task Open_OverHttp2_Works()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = host => host.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)),
        });
        using var client = await StreamClient.OpenAsync(app, "/ws/news", version: HttpVersion.Version20);
        await client.NextAsync("subscribed");

        await app.Broadcaster.To("news").Event("hello").SendAsync();

        (await client.NextAsync("event")).String("event").Should().Be("hello");
        client.Vanish();
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Open_ThroughTestServer_Works()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Server = host => host.UseTestServer() });
        var server = (TestServer)app.Services.GetRequiredService<IServer>();
        using var client = await StreamClient.OpenAsync(server.CreateClient(), server.BaseAddress, "/ws/news");
        await client.NextAsync("subscribed");

        await app.Broadcaster.To("news").Event("hello").SendAsync();
        (await client.NextAsync("event")).String("event").Should().Be("hello");
        await app.Connections.DisconnectAsync(client.ConnectionId);

        (await client.ClosedAsync()).Code.Should().Be(4001);
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Vanish_FreesEverythingAtOnce()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await SubscribedAsync(app, "/ws?channel=a");
        app.Hub.ConnectionCount.Should().Be(1);

        client.Vanish();

        await app.EmptyAsync();
    }

    [Theory]
    [InlineData("/ws", null, null, 400, "no_channel")]
    [InlineData("/ws/news?protocol=2", null, null, 400, "unknown_protocol")]
    [InlineData("/ws/news", "nonsense", null, 401, "unauthenticated")]
    [InlineData("/ws/news", null, "http://evil.example", 403, "forbidden")]
    public async Task Open_Refused_GetsTheVerdict(string pathAndQuery, string? token, string? origin, int status, string code)
    {
        await using var app = await BroadcastApp.StartAsync();
        using var http = new HttpClient();
        if (origin is not null)
        {
            http.DefaultRequestHeaders.Add("Origin", origin);
        }

        using var response = await StreamClient.AskAsync(http, app.Address, pathAndQuery, token);

        ((int)response.StatusCode).Should().Be(status);
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString().Should().Be(code);
        app.Hub.ConnectionCount.Should().Be(0);
    }

    [Fact]
    public async Task Open_FullNode_Is503AndAPlaceIsFreedAtTheEnd()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { WebSockets = options => options.MaxConnections = 1 });
        var client = await SubscribedAsync(app, "/ws/news");
        using var http = new HttpClient();

        using (var response = await StreamClient.AskAsync(http, app.Address, "/ws/news"))
        {
            response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter.Should().NotBeNull();
        }

        client.Vanish();
        await app.EmptyAsync();
        var limits = app.Services.GetRequiredService<ConnectionLimits>();
        await Wait.UntilAsync(() => limits.Count == 0, "the place is free");
    }

    [Fact]
    public async Task Curl_ShowsAChannel()
    {
        await using var app = await BroadcastApp.StartAsync();
        if (StartCurl(new Uri(app.Address, "/ws/news")) is not { } curl)
        {
            return; // a machine without it
        }

        using (curl)
        {
            (await curl.StandardOutput.ReadLineAsync()).Should().StartWith("""data: {"type":"connected",""");
            (await curl.StandardOutput.ReadLineAsync()).Should().BeEmpty();
            (await curl.StandardOutput.ReadLineAsync()).Should().Be("""data: {"type":"subscribed","channel":"news"}""");
            (await curl.StandardOutput.ReadLineAsync()).Should().BeEmpty();

            await app.Broadcaster.To("news").Event("hello").With(new { n = 1 }).SendAsync();

            (await curl.StandardOutput.ReadLineAsync()).Should().StartWith("""data: {"type":"event","channel":"news","event":"hello","data":{"n":1},""");
            curl.Kill();
            await curl.WaitForExitAsync();
        }

        await app.EmptyAsync();
    }

    private static BroadcastAppSetup WithHistory() => new()
    {
        Broadcasting = options => options.Channels.For("news", channel => channel.KeepHistory(100, TimeSpan.FromMinutes(5))),
    };

    private static async Task<StreamClient> SubscribedAsync(BroadcastApp app, string pathAndQuery)
    {
        var client = await StreamClient.OpenAsync(app, pathAndQuery);
        await client.NextAsync("subscribed");
        return client;
    }

    private static Process? StartCurl(Uri address)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("curl", ["-sN", "-H", "Accept: text/event-stream", address.AbsoluteUri])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
