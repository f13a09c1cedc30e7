using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

public sealed class WebSocketConnectionTests
{
    [Fact]
    public async Task Release_WhileTheHeartbeatRuns_LeavesNothingOnTheWheel()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Time = time });
        var services = app.Services.GetRequiredService<EndpointServices>();
        var outlet = new ReleasingOutlet();
        outlet.Connection = new WebSocketConnection(services, outlet, default, NativeProtocol.WebSocket);

        time.Advance(services.Options.PingInterval + TimerWheel.Tick + TimerWheel.Tick);

        outlet.HasReleased.Should().BeTrue();
        services.Wheel.Count.Should().Be(0);
    }

    /// <summary>The request ends at the very moment the heartbeat asks for pings.</summary>
    private sealed class ReleasingOutlet : IFrameOutlet
    {
        public WebSocketConnection? Connection { get; set; }

        public bool HasReleased { get; private set; }

        public bool SendsPings
        {
            get
            {
                HasReleased = true;
                Connection!.Release(); // set before time goes on
                return false;
            }
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> frames) => default;

        public void Abort()
        {
        }
    }
}
