using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>Which connections are written to by their socket, and what such a one does when its client does not read.</summary>
public sealed class SocketPathTests
{
    [Fact]
    public async Task PlainHttp1_ClientThatPongs_GoesOnTheSocket()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync("/ws?channel=news");
        await client.NextAsync("subscribed");

        var sent = 0;
        while (sent < 400 && OutletOf(app, client.ConnectionId) is SocketOutlet { IsOnSocket: false })
        {
            await app.PublishAsync("news", ++sent, sent); // what is written between ping and pong makes the switch wait for the next write
            await Task.Delay(10);
        }

        await OnSocketAsync(app, client.ConnectionId);

        await app.PublishAsync("news", sent + 1, 500);
        (await client.NumbersAsync(500)).Should().Equal(Enumerable.Range(1, 500));
    }

    [Fact]
    public async Task PlainHttp1_ClientThatNeverPongs_StaysOnTheStreamAndIsNotHeldUp()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new() { Time = time });
        using var client = await app.ConnectRawAsync("/ws?channel=news");
        var id = new WireFrame((await client.ReadAsync())!.Text).String("connection_id");
        await client.ReadAsync();

        await app.PublishAsync("news", 1, 100);

        for (var number = 1; number <= 100; number++)
        {
            (await client.ReadAsync())!.Text.Should().Contain("\"event\"");
        }

        OutletOf(app, id).Should().BeOfType<SocketOutlet>().Which.IsOnSocket.Should().BeFalse();
    }

    [Theory]
    [InlineData(WayOut.Stream)]
    [InlineData(WayOut.Tls)]
    [InlineData(WayOut.Middleware)]
    [InlineData(WayOut.Http2)]
    [InlineData(WayOut.ClearHttp2)]
    public async Task AnyOtherWay_IsTheStream(WayOut way)
    {
        await using var app = await BroadcastApp.StartAsync(new() { Way = way });
        var client = await app.ConnectAsync();

        OutletOf(app, client.ConnectionId).Should().BeOfType<StreamOutlet>();
    }

    [Fact]
    public async Task UpgradeStreamThatAMiddlewareWrapped_IsTheStream()
    {
        await using var app = await BroadcastApp.StartAsync(new() { Services = services => services.AddSingleton<IStartupFilter, WrappedUpgrades>() });
        var client = await app.ConnectAsync("/ws?channel=news");
        await client.NextAsync("subscribed");

        OutletOf(app, client.ConnectionId).Should().BeOfType<StreamOutlet>();
    }

    [Fact]
    public async Task OnSocket_ClientThatDoesNotRead_IsTooSlowAndOthersGetAll()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = options => options.CloseTimeout = TimeSpan.FromSeconds(30) });
        using var slow = await RawClient.ConnectAsync(app.Address, "/ws?channel=news", receiveBuffer: 4096, letsOnSocket: true);
        var id = new WireFrame((await slow.ReadAsync())!.Text).String("connection_id");
        (await slow.ReadAsync())!.Text.Should().Contain("subscribed");
        await slow.SendTextAsync("""{"type":"ping"}"""); // by its answer the barrier's ping has been read, too
        (await slow.ReadAsync())!.Text.Should().Contain("pong");
        await slow.SendTextAsync("""{"type":"ping"}""");
        (await slow.ReadAsync())!.Text.Should().Contain("pong");
        await OnSocketAsync(app, id);
        var client = await app.ConnectAsync("/ws?channel=news");
        await client.NextAsync("subscribed");

        for (var sent = 0; sent < 2000; sent += 50)
        {
            await app.PublishAsync("news", sent + 1, sent + 50, padding: 4000);
            (await client.NumbersAsync(50)).Should().Equal(Enumerable.Range(sent + 1, 50)); // or it, too, would be too slow
        }

        // What was in its own buffers comes whole and in order; then the reason.
        var numbers = new List<int>();
        RawFrame frame;
        while ((frame = (await slow.ReadAsync())!) is { IsClose: false })
        {
            numbers.Add(new WireFrame(frame.Text).Number());
        }

        numbers.Should().Equal(Enumerable.Range(1, numbers.Count));
        frame.CloseCode.Should().Be(4103);
    }

    /// <summary>A middleware that sees what is written to upgraded connections, as one that logs or measures does.</summary>
    private sealed class WrappedUpgrades : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(inner => context =>
            {
                if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade)
                {
                    context.Features.Set<IHttpUpgradeFeature>(new Wrapped(upgrade));
                }

                return inner(context);
            });
            next(app);
        };

        private sealed class Wrapped(IHttpUpgradeFeature inner) : IHttpUpgradeFeature
        {
            public bool IsUpgradableRequest => inner.IsUpgradableRequest;

            public async Task<Stream> UpgradeAsync() => new SeenStream(await inner.UpgradeAsync());
        }
    }

    private static IFrameOutlet OutletOf(BroadcastApp app, string connectionId) => ((WebSocketConnection)app.Hub.FindConnection(connectionId)!).Outlet;

    private static Task OnSocketAsync(BroadcastApp app, string connectionId) =>
        Wait.UntilAsync(() => OutletOf(app, connectionId) is SocketOutlet { IsOnSocket: true }, "its frames go to the socket");
}
