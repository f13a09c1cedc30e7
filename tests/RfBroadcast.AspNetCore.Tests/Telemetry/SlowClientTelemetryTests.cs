using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Telemetry;

/// <summary>What a client that does not read costs is counted frame by frame, for each policy.</summary>
public sealed class SlowClientTelemetryTests
{
    [Theory]
    [InlineData(OverflowPolicy.DropOldest, "drop_oldest")]
    [InlineData(OverflowPolicy.Latest, "latest")]
    public async Task Drops_OfAPolicyThatDrops_AreThoseTheClientIsToldOf(OverflowPolicy policy, string tag)
    {
        await using var app = await StartAsync(policy);
        using var metrics = new RecordedMetrics(app.Services);
        using var slow = await ConnectSlowAsync(app);
        var published = await PublishUntilAsync(app, metrics, () => metrics.Sum(BroadcastTelemetry.Drops) > 50);
        await Wait.UntilAsync(() => metrics.Observe(BroadcastTelemetry.QueueBytes) == QueuedBytes(app), "the gauge tells what the queues hold");
        QueuedBytes(app).Should().BeInRange(1, 64 * 1024);

        var (got, told) = (0, 0);
        while (got + told < published)
        {
            var frame = new WireFrame((await slow.ReadAsync())!.Text); // it is still connected
            got += frame.Type == "event" ? 1 : 0;
            told += frame.Type == "gap" ? frame["dropped"].GetInt32() : 0;
        }

        (got + told).Should().Be(published);
        metrics.ByTag(BroadcastTelemetry.Drops).Should().BeEquivalentTo(new Dictionary<string, double> { ["rfbroadcast.policy=" + tag] = told });
        await Wait.UntilAsync(() => metrics.Observe(BroadcastTelemetry.QueueBytes) == 0, "nothing waits any more");
    }

    [Fact]
    public async Task Drops_OfClose_AreThoseTheClientNeverGot()
    {
        await using var app = await StartAsync(OverflowPolicy.Close);
        using var metrics = new RecordedMetrics(app.Services);
        using var slow = await ConnectSlowAsync(app);
        var published = await PublishUntilAsync(app, metrics, () => metrics.Sum(BroadcastTelemetry.Drops) > 0);

        var got = 0;
        RawFrame frame;
        while (!(frame = (await slow.ReadAsync())!).IsClose) // the close comes
        {
            got += frame.Opcode == 1 ? 1 : 0;
        }

        frame.CloseCode.Should().Be(4103);
        metrics.ByTag(BroadcastTelemetry.Drops).Should().BeEquivalentTo(new Dictionary<string, double> { ["rfbroadcast.policy=close"] = published - got });
        metrics.Observe(BroadcastTelemetry.QueueBytes).Should().Be(0);
    }

    private static Task<BroadcastApp> StartAsync(OverflowPolicy policy) => BroadcastApp.StartAsync(new()
    {
        Server = SmallBuffers.Use,
        Broadcasting = options =>
        {
            options.Channels.For("ticks", channel => channel.Overflow = policy);
            (options.MaxPayloadBytes, options.RecoveryBytes) = (16 * 1024, 32 * 1024);
        },
        WebSockets = options => (options.QueueBytes, options.CloseTimeout, options.PingInterval) = (64 * 1024, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)),
    });

    private static async Task<RawClient> ConnectSlowAsync(BroadcastApp app)
    {
        var slow = await RawClient.ConnectAsync(app.Address, "/ws?channel=ticks", receiveBuffer: SmallBuffers.Size);
        new WireFrame((await slow.ReadAsync())!.Text).Type.Should().Be("connected");
        new WireFrame((await slow.ReadAsync())!.Text).Type.Should().Be("subscribed");
        return slow;
    }

    /// <summary>Publishes one after the other, each when the one before has been handed to the connection.</summary>
    private static async Task<int> PublishUntilAsync(BroadcastApp app, RecordedMetrics metrics, Func<bool> isEnough)
    {
        var published = 0;
        while (!isEnough())
        {
            published++;
            await app.PublishAsync("ticks", published, published, padding: 1000);
            await metrics.SumIsAsync(BroadcastTelemetry.Deliveries, published);
        }

        return published;
    }

    private static double QueuedBytes(BroadcastApp app) => app.Hub.Connections.Cast<WebSocketConnection>().Sum(connection => connection.Queue.QueuedBytes);
}
