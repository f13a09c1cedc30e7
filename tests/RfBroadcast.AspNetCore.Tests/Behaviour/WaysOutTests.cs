using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>The same short story over everything a connection can come through.</summary>
public sealed class WaysOutTests : IDisposable
{
    private readonly List<IDisposable> _resources = [];

    public void Dispose() => _resources.ForEach(resource => resource.Dispose());

    /// <summary>With compression and without.</summary>
    public static TheoryData<WayOut, bool> Ways => WaysOut.Each(false, true);

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Way_TellsTheWholeStory(WayOut way, bool deflates) => TellAsync(
        new BroadcastAppSetup { Way = way, Deflates = deflates, Broadcasting = NoGrace, WebSockets = DeflateSmall, Map = MapRoom },
        (app, pathAndQuery, token) => app.ConnectAsync(pathAndQuery, token));

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // which a server that makes its own frames does not negotiate
    public Task TestServer_TellsTheWholeStory(bool deflates) => TellAsync(
        new BroadcastAppSetup { Server = host => host.UseTestServer(), Deflates = deflates, Broadcasting = NoGrace, WebSockets = DeflateSmall, Map = MapRoom },
        (app, pathAndQuery, token) => ConnectToTestServerAsync(app, pathAndQuery, token, deflates));

    [Fact]
    public async Task TestServer_Stop_ClosesWith1001()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Server = host => host.UseTestServer() });
        using var client = await ConnectToTestServerAsync(app, "/ws?channel=news");
        await client.NextAsync("subscribed");

        await app.StopAsync().InTimeAsync();

        (await client.ClosedAsync()).Code.Should().Be(1001);
    }

    [Fact]
    public async Task TestServer_ClientVanishes_IsForgotten()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Server = host => host.UseTestServer() });
        using var client = await ConnectToTestServerAsync(app, "/ws?channel=news");
        await client.NextAsync("subscribed");

        client.Dispose();

        await app.EmptyAsync();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Http2_SilentForLongerThanKestrelsDataRates_StaysConnected()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Way = WayOut.Http2,
            Server = host =>
            {
                WayOut.Http2.Listen(host);
                host.ConfigureKestrel(kestrel =>
                {
                    kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(2));
                    kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(2));
                });
            },
        });
        using var client = await app.ConnectAsync("/ws?channel=news");
        await client.NextAsync("subscribed");

        // The silence itself is what is tested; Kestrel looks at its rates once a second.
        await Task.Delay(TimeSpan.FromSeconds(6));
        await app.PublishAsync("news", 1, 1);

        (await client.NumbersAsync(1)).Should().Equal(1);
    }

    private static void NoGrace(BroadcastOptions options) => options.PresenceGrace = TimeSpan.Zero;

    private static void DeflateSmall(BroadcastWebSocketOptions options) => options.Compression.MinBytes = 200;

    private static void MapRoom(WebApplication app) => app.MapBroadcastChannel("room.{id}", (string id) => new { room = id });

    private static async Task TellAsync(BroadcastAppSetup setup, Func<BroadcastApp, string, string?, Task<WireClient>> connect)
    {
        await using var app = await BroadcastApp.StartAsync(setup);

        // Presence.
        var one = await connect(app, "/ws?channel=news", TestTokens.Of("1"));
        (await one.NextAsync("subscribed")).String("channel").Should().Be("news");
        (await one.SubscribeAsync("presence-room.9"))["members"].GetArrayLength().Should().Be(1);
        var two = await connect(app, "/ws?channel=news", TestTokens.Of("2"));
        await two.NextAsync("subscribed");
        (await two.SubscribeAsync("presence-room.9"))["members"].GetArrayLength().Should().Be(2);
        (await one.NextAsync("member_joined"))["member"].GetProperty("user_id").GetString().Should().Be("2");

        // Events, small and large, many and one.
        await app.PublishAsync("news", 1, 300, padding: 300);
        await app.PublishAsync("news", 301, 301, padding: 100 * 1024);
        foreach (var client in new[] { one, two })
        {
            (await client.NumbersAsync(300)).Should().Equal(Enumerable.Range(1, 300));
            var large = await client.NextAsync("event");
            large.Number().Should().Be(301);
            large["data"].GetString()!.Length.Should().Be(4 + (100 * 1024));
        }

        // Pings, an error, and after unsubscribed nothing.
        await one.ExpectQuietAsync();
        await one.SendAsync("this is not JSON");
        (await one.NextAsync("error")).String("code").Should().Be("bad_message");
        await one.SendAsync("""{"type":"unsubscribe","channel":"news"}""");
        await one.NextAsync("unsubscribed");
        await app.PublishAsync("news", 302, 302);
        (await two.NumbersAsync(1)).Should().Equal(302);

        // A large message of the client's, in many reads.
        await one.SendAsync($$"""{"type":"ping","padding":"{{new string('x', 50_000)}}"}""");
        await one.NextAsync("pong");

        // The client closes.
        await two.CloseAsync(1000, "bye");
        (await two.ClosedAsync()).Code.Should().Be(1000);
        (await one.NextAsync("member_left"))["member"].GetProperty("user_id").GetString().Should().Be("2");

        // The server closes.
        (await app.Connections.DisconnectUserAsync("1", new DisconnectReason(4200, "reconnect"))).Should().Be(1);
        (await one.ClosedAsync()).Should().Be(new WireClose(4200, "reconnect"));
        await app.EmptyAsync();
    }

    private async Task<WireClient> ConnectToTestServerAsync(BroadcastApp app, string pathAndQuery, string? token = null, bool deflates = false)
    {
        var server = (TestServer)app.Services.GetRequiredService<IServer>();
        var client = server.CreateWebSocketClient();
        client.ConfigureRequest = request =>
        {
            request.Headers.Authorization = token is null ? default : new StringValues("Bearer " + token);
            request.Headers.SecWebSocketExtensions = deflates ? "permessage-deflate" : default(StringValues);
        };

        var connected = WireClient.Over(await client.ConnectAsync(new Uri(server.BaseAddress, pathAndQuery), CancellationToken.None).InTimeAsync());
        _resources.Add(connected);
        await connected.GreetingAsync();
        return connected;
    }
}
