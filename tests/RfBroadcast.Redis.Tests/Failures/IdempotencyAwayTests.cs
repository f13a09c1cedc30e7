namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>What is published under an idempotency key, and again because Redis went away, appears once.</summary>
public sealed class IdempotencyAwayTests : IAsyncLifetime
{
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = await RedisServer.StartNewAsync();

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Theory]
    [InlineData("history.once")]
    [InlineData("once")]
    public async Task Broadcast_RepeatedAfterRedisWasStoppedAndStarted_AppearsOnce(string name)
    {
        var channel = Channel.Public(name);
        await using var node = Node(_redis.EndPoint, publishWait: TimeSpan.Zero);
        var before = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(before, channel);
        var first = await PublishAsync(node, channel, "first");
        await before.UntilEventsAsync(1);

        await _redis.StopAsync();
        await Wait.UntilAsync(() => !node.Broadcaster.IsConnected, "it is noticed");
        foreach (var key in (string[])["first", "second"])
        {
            (await FluentActions.Awaiting(() => PublishAsync(node, channel, key)).Should().ThrowAsync<BroadcasterUnavailableException>())
                .Which.MayHaveBeenSent.Should().BeFalse();
        }

        await _redis.StartAsync();
        var after = node.Connect("1.2");
        await Eventually.TrueAsync(
            async () =>
            {
                await node.Broadcaster.JoinAsync(after, channel);
                return true;
            },
            "Redis is back");
        (await PublishAsync(node, channel, "first")).Should().Be(first);
        var second = await PublishAsync(node, channel, "second");
        (await PublishAsync(node, channel, "second")).Should().Be(second);
        await node.Broadcaster.SayAsync(channel, "end");

        await after.UntilEventsAsync(2);
        after.Data.Should().Equal("\"second\"", "\"end\"");
        before.Data.Where(data => data == "\"first\"").Should().ContainSingle();
    }

    [Fact]
    public async Task Broadcast_RepeatedWhileRedisIsAway_WaitsAndAppearsOnce()
    {
        var channel = Channel.Public("history.waits");
        await using var node = Node(_redis.EndPoint, publishWait: TimeSpan.FromSeconds(60));
        await node.Broadcaster.SayAsync(channel, "before");
        await _redis.StopAsync();
        await Wait.UntilAsync(() => !node.Broadcaster.IsConnected, "it is noticed");

        var publishes = Enumerable.Range(0, 5).Select(_ => PublishAsync(node, channel, "key")).ToArray();
        publishes.Should().OnlyContain(publish => !publish.IsCompleted);
        await _redis.StartAsync();

        var positions = await Task.WhenAll(publishes).InTimeAsync();
        positions.Distinct().Should().ContainSingle().Which!.Value.Offset.Should().Be(2);
        (await node.Broadcaster.ReadLastAsync(channel, 10)).Messages.Should().HaveCount(2);
    }

    [Fact]
    public async Task Broadcast_WhoseAnswerGotLostWithRedis_AppearsOnceWhenItIsRepeated()
    {
        var channel = Channel.Public("history.unknown");
        await using var proxy = new FaultyProxy(_redis.Port);
        await using var node = Node(proxy.EndPoint, publishWait: TimeSpan.Zero);
        await node.Broadcaster.SayAsync(channel, "before");
        proxy.Before = (Convert.ToHexStringLower(RedisScripts.Publish.Hash), () =>
        {
            proxy.FreezeAnswers();
            return Task.CompletedTask;
        });
        var publish = PublishAsync(node, channel, "key");
        await Eventually.TrueAsync(async () => await _redis.CliAsync("XLEN", "rf:hist:{history.unknown}") == "2", "it has arrived");

        await _redis.StopAsync();
        proxy.Cut();
        (await FluentActions.Awaiting(() => publish).Should().ThrowAsync<BroadcasterUnavailableException>()).Which.MayHaveBeenSent.Should().BeTrue();
        await _redis.StartAsync();
        proxy.Thaw();

        ChannelPosition? again = null;
        await Eventually.TrueAsync(
            async () =>
            {
                again = await PublishAsync(node, channel, "key");
                return true;
            },
            "Redis is back");
        again!.Value.Offset.Should().Be(2);
        (await node.Broadcaster.ReadLastAsync(channel, 10)).Messages.Should().HaveCount(2);
    }

    /// <summary>Publishes the key itself under the key.</summary>
    private static async Task<ChannelPosition?> PublishAsync(TestNode node, Channel channel, string key)
    {
        var receipt = await node.Broadcaster.BroadcastAsync(new BroadcastRequest { Event = new SimpleEvent("e", key, channel), IdempotencyKey = key }).InTimeAsync();
        return receipt.Channels.Should().ContainSingle().Subject.Position;
    }

    private static TestNode Node(string endPoint, TimeSpan publishWait) => new(endPoint, configureRedis: options => options.PublishWait = publishWait);
}
