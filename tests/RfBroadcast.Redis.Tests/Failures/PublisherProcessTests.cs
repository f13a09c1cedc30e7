using System.Globalization;

namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>A process that only publishes, and publishes once even when it does not learn the outcome; and what is left in Redis of all that.</summary>
public sealed class PublisherProcessTests : IAsyncLifetime
{
    private static readonly string[] Names = ["plain.once", "history.once", "presence-once"];

    private RedisServer _redis = null!;

    public static TheoryData<string> ChannelNames => [.. Names];

    public async Task InitializeAsync() => _redis = await RedisServer.StartNewAsync();

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task Publisher_WithoutSockets_ReachesSubscribersAndSingleConnections()
    {
        await using var publisher = new TestNode(_redis.EndPoint); // AddBroadcastingCore().UseRedis(), and nothing else
        await using var node = new TestNode(_redis.EndPoint);
        var connection = node.Connect("1.1", "ada");
        foreach (var name in Names)
        {
            await node.Broadcaster.JoinAsync(connection, Channel.Parse(name));
            (await publisher.Broadcaster.SayAsync(Channel.Parse(name), 1)).LocalSubscribers.Should().Be(0);
        }

        await publisher.Broadcaster.BroadcastAsync(new BroadcastRequest { Event = new SimpleEvent("e", 2), ConnectionId = "1.1" });

        await connection.UntilEventsAsync(3);
        await connection.UntilAsync(frames => frames.Any(frame => frame is { Kind: "direct", Data: "2" }));
        (await publisher.Broadcaster.GetMembersAsync(Channel.Presence("once"))).Should().ContainSingle().Which.UserId.Should().Be("ada");
        (await publisher.Connections.DisconnectAsync("1.1")).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(ChannelNames))]
    public async Task Broadcast_WithAnUnknownOutcomeAndRepeatedByItsKey_AppearsOnce(string name)
    {
        var channel = Channel.Parse(name);
        await using var publisher = new TestNode(_redis.EndPoint, configureRedis: options => options.CommandTimeout = TimeSpan.FromMilliseconds(500));
        await using var node = new TestNode(_redis.EndPoint);
        var connection = node.Connect("1.1", "ada");
        await node.Broadcaster.JoinAsync(connection, channel);
        await publisher.Broadcaster.SayAsync(channel, 0);
        await connection.UntilEventsAsync(1);

        // Reads go through, writes wait: so that the outcome of the publish itself is what is not known.
        await _redis.PauseClientsAsync(TimeSpan.FromMinutes(5), onlyWrites: true);
        (await FluentActions.Awaiting(() => PublishAsync(publisher, channel, 1)).Should().ThrowAsync<BroadcasterUnavailableException>())
            .Which.MayHaveBeenSent.Should().BeTrue();
        await _redis.ResumeClientsAsync();

        ChannelReceipt? receipt = null;
        await Eventually.TrueAsync(async () => (receipt = await PublishAsync(publisher, channel, 1)) is not null, "it is accepted");
        (await PublishAsync(publisher, channel, 1)).Position.Should().Be(receipt!.Position);
        await Eventually.TrueAsync(async () => await publisher.Broadcaster.SayAsync(channel, 2) is not null, "the next one is accepted");
        await connection.UntilAsync(frames => frames[^1].Data == "2");
        connection.Data.Should().Equal("0", "1", "2");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Redis_WhenAllLifetimesAreOver_HasNothingLeft()
    {
        static void Configure(BroadcastOptions options)
        {
            options.Channels.For("brief.{**rest}", channel => channel.KeepHistory(100, TimeSpan.FromSeconds(1)));
            options.IdempotencyWindow = TimeSpan.FromSeconds(2);
            options.PresenceGrace = TimeSpan.FromMilliseconds(100);
        }

        static void ConfigureRedis(RedisBroadcastOptions options)
        {
            options.KeyLifetime = TimeSpan.FromSeconds(5);
            options.Lease = TimeSpan.FromSeconds(2);
            options.Heartbeat = TimeSpan.FromMilliseconds(600);
        }

        await using var dying = await NodeProcess.StartNewAsync(
            _redis.EndPoint, "Broadcasting:Redis:KeyLifetime=00:00:05", "Broadcasting:Redis:Lease=00:00:02", "Broadcasting:Redis:Heartbeat=00:00:00.6");
        await using (var node = new TestNode(_redis.EndPoint, Configure, ConfigureRedis))
        {
            var connection = node.Connect("1.1", "ada");
            using var ghost = await dying.ConnectAsync("ghost");
            await ghost.SubscribeAsync("presence-room");
            foreach (var name in (string[])["news", "brief.x", "presence-room", "presence-brief.room"])
            {
                var channel = Channel.Parse(name);
                await node.Broadcaster.JoinAsync(connection, channel);
                await PublishAsync(node, channel, 1);
                await node.Broadcaster.SayAsync(channel, 2);
            }

            (await _redis.KeysAsync("rf:*")).Should().NotBeEmpty();
            await dying.KillAsync();
            await connection.UntilAsync(frames => frames.Any(frame => frame is { Kind: "left", Member: "ghost" }));
            await node.Broadcaster.RemoveConnectionAsync("1.1", leaveAtOnce: false);
            await node.StopAsync();
        }

        try
        {
            await Eventually.TrueAsync(async () => (await _redis.KeysAsync()).Length == 0, "nothing is left in Redis");
        }
        catch (TimeoutException)
        {
            (await _redis.KeysAsync()).Should().BeEmpty();
        }
    }

    private static async Task<ChannelReceipt> PublishAsync(TestNode node, Channel channel, int number)
    {
        var receipt = await node.Broadcaster.BroadcastAsync(new BroadcastRequest
        {
            Event = new SimpleEvent("e", number, channel),
            IdempotencyKey = channel.WireName + number.ToString(CultureInfo.InvariantCulture),
        }).InTimeAsync();
        return receipt.Channels.Single();
    }
}
