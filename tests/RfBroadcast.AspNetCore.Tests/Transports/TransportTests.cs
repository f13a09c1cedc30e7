using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Transports;

/// <summary>Everything a client may reach Kestrel by. A real proxy is <see cref="NginxTests"/>'.</summary>
public sealed class TransportTests
{
    public static TheoryData<WayOut> Ways => [.. Enum.GetValues<WayOut>()];

    /// <summary>A server that offers only its own WebSocket sends no pings.</summary>
    public static TheoryData<WayOut> WaysOfPings => [.. Enum.GetValues<WayOut>().Where(way => way != WayOut.WebSocket)];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task FanOut_ReachesEveryClientInOrder(WayOut way)
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(way));
        await TransportStories.FanOutAsync(app);
    }

    [Theory]
    [MemberData(nameof(WaysOfPings))]
    public async Task Heartbeat_KeepsWhoAnswersAndClosesWhoDoesNot(WayOut way)
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(way, time));
        await TransportStories.HeartbeatAsync(app, time);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Close_OfEitherSide_IsAnsweredByTheOther(WayOut way)
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(way));
        await TransportStories.CloseAsync(app);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Token_InTheAddress_SaysWhoConnects(WayOut way)
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(way));
        await TransportStories.TokenAsync(app);
    }
}
