using System.Diagnostics;
using System.Globalization;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>While Redis is away the app lives on: what it cannot do it says, and when Redis is there everything works, as if it had always been.</summary>
public sealed class RedisAwayTests : IAsyncLifetime
{
    private RedisServer _redis = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        await _redis.StopAsync();
    }

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task Node_StartedWithoutRedis_WorksWhenItComes()
    {
        await using var node = await NodeProcess.StartNewAsync(_redis.EndPoint, "Broadcasting:Redis:PublishWait=00:00:00");
        using var ada = await node.ConnectAsync("ada");
        await ada.SendAsync("""{"type":"subscribe","channel":"presence-kept.room"}""");
        (await ada.FindAsync("error")).String("code").Should().Be("unavailable");
        var (accepted, refused) = await node.TryPublishAsync("news", 1);
        accepted.Should().BeNull();
        refused!.MayHaveBeenSent.Should().BeFalse(); // nothing was accepted

        await _redis.StartAsync();

        await Eventually.TrueAsync(async () => await _redis.CliAsync("ZCARD", "rf:nodes") == "1", "the node has its lease");
        await Eventually.TrueAsync(async () => (await node.TryPublishAsync("news", 1)).Accepted is not null, "publishing works");
        ada.IsOpen.Should().BeTrue();
        await ada.SubscribeAsync("presence-kept.room");
        ada.Members().Should().Equal("ada");
        await node.PublishAsync("presence-kept.room", 7);
        (await ada.FindAsync("event"))["data"].GetInt32().Should().Be(7);
    }

    [Fact]
    public async Task Broadcast_WhileRedisIsAway_WaitsUpToItsBound()
    {
        await using var node = Node(TimeSpan.FromSeconds(60));
        var channel = Channel.Public("history.waited");
        var waiting = Enumerable.Range(0, 50).Select(i => node.Broadcaster.SayAsync(channel, i)).ToArray();
        await Wait.UntilAsync(() => node.Broadcaster.Fault is not null, "it is known that Redis is away");
        waiting.Should().OnlyContain(publish => !publish.IsCompleted);

        await _redis.StartAsync();

        var receipts = await Task.WhenAll(waiting).InTimeAsync();
        receipts.Select(receipt => receipt.Position!.Value.Offset).Should().Equal(Enumerable.Range(1, 50).Select(i => (long)i));
    }

    [Fact]
    public async Task Broadcast_WhileRedisIsAwayWithoutWaiting_FailsAtOnceAndWasNotSent()
    {
        await using var node = Node(TimeSpan.Zero);
        await FluentActions.Awaiting(() => node.Broadcaster.SayAsync(Channel.Public("history.refused"), 0)).Should().ThrowAsync<BroadcasterUnavailableException>();
        for (var i = 0; i < 100; i++)
        {
            (await FluentActions.Awaiting(() => node.Broadcaster.SayAsync(Channel.Public("history.refused"), 0)).Should().ThrowAsync<BroadcasterUnavailableException>())
                .Which.MayHaveBeenSent.Should().BeFalse();
        }

        await _redis.StartAsync();
        await Eventually.TrueAsync(async () => (await node.Broadcaster.SayAsync(Channel.Public("history.refused"), 1)).Position!.Value.Offset == 1, "only what was accepted is there");
    }

    [Fact]
    public async Task Broadcast_ManyWhileRedisIsAway_EachWaitsNoLongerThanItsBound()
    {
        // Each wait by itself: what is queued behind others has waited, too.
        await using var node = Node(TimeSpan.FromSeconds(1));
        await FluentActions.Awaiting(() => node.Broadcaster.SayAsync(Channel.Public("news"), 0)).Should().ThrowAsync<BroadcasterUnavailableException>();
        var large = new string('x', 20_000);
        var started = Stopwatch.GetTimestamp();

        var publishes = Enumerable.Range(0, 500).Select(_ => node.Broadcaster.SayAsync(Channel.Public("news"), large)).ToArray();
        foreach (var publish in publishes)
        {
            await FluentActions.Awaiting(() => publish).Should().ThrowAsync<BroadcasterUnavailableException>();
        }

        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(15), "one after the other they would take 40 s");
    }

    [Fact]
    public async Task Subscriptions_WhileRedisIsAway_StayAndNewOnesAreRefused()
    {
        await _redis.StartAsync();
        await using var node = Node(TimeSpan.Zero);
        await using var other = Node(TimeSpan.Zero);
        var channel = Channel.Presence("room");
        var ada = other.Connect("2.1", "ada");
        var bob = node.Connect("1.1", "bob");
        var eve = node.Connect("1.2", "eve");
        await other.Broadcaster.JoinAsync(ada, channel);
        await node.Broadcaster.JoinAsync(bob, channel);

        await _redis.StopAsync();
        await Wait.UntilAsync(() => !node.Broadcaster.IsConnected && !other.Broadcaster.IsConnected, "it is noticed");
        await FluentActions.Awaiting(() => node.Broadcaster.JoinAsync(eve, channel)).Should().ThrowAsync<BroadcasterUnavailableException>();
        node.Broadcaster.IsSubscribed("1.1", channel).Should().BeTrue();
        node.Broadcaster.IsSubscribed("1.2", channel).Should().BeFalse();
        await node.Broadcaster.RemoveConnectionAsync("1.1", leaveAtOnce: false); // bob's browser goes meanwhile

        await _redis.StartAsync();
        await ada.UntilAsync(frames => frames.Any(frame => frame.Kind == "left"));
        await node.Broadcaster.JoinAsync(eve, channel);
        await ada.UntilAsync(frames => frames[^1].Member == "eve");
        ada.Edges.Should().Equal("+bob", "-bob", "+eve");
        (await other.Broadcaster.GetMembersAsync(channel)).Select(member => member.UserId).Should().Equal("ada", "eve");
    }

    [Fact]
    public async Task Disconnect_WhileRedisIsAway_ClosesThoseOfThisNode()
    {
        await _redis.StartAsync();
        await using var node = Node(TimeSpan.Zero);
        var (one, eves, adas) = (node.Connect("1.1", "ada"), node.Connect("1.2", "eve"), node.Connect("1.3", "ada"));
        foreach (var connection in (RecordingConnection[])[one, eves, adas])
        {
            await node.Broadcaster.JoinAsync(connection, Channel.Presence("room"));
        }

        await _redis.StopAsync();
        await Wait.UntilAsync(() => !node.Broadcaster.IsConnected, "it is noticed");

        (await node.Connections.DisconnectAsync("1.1")).Should().BeTrue();
        await FluentActions.Awaiting(async () => await node.Connections.DisconnectAsync("2.1")).Should().ThrowAsync<BroadcasterUnavailableException>("it may be on another node");
        await FluentActions.Awaiting(async () => await node.Connections.DisconnectUserAsync("eve")).Should().ThrowAsync<BroadcasterUnavailableException>("others may be on another node");

        (one.CloseCode, eves.CloseCode, adas.CloseCode).Should().Be((4001, 4001, null));
        await _redis.StartAsync();
        await adas.UntilAsync(frames => frames[^1].Kind == "left");
        adas.Edges.Should().Equal("-eve");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // commands are answered as ever: only the way that messages go shows it
    public async Task Connection_SilentlyDead_IsFoundAndReplaced(bool isSubscriptionAlone)
    {
        await _redis.StartAsync();
        await using var proxy = new FaultyProxy(_redis.Port);
        await using var node = new TestNode(proxy.EndPoint, configureRedis: options => options.CommandTimeout = TimeSpan.FromSeconds(1));
        await using var publisher = Node(TimeSpan.FromSeconds(10));
        var channel = Channel.Public("history.silent");
        var connection = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(connection, channel);
        await publisher.Broadcaster.SayAsync(channel, 0);
        await connection.UntilEventsAsync(1);
        var sessions = node.Broadcaster.Link.SessionCount;

        if (isSubscriptionAlone)
        {
            proxy.SilenceSubscriptions();
        }
        else
        {
            proxy.Silence();
        }

        for (var i = 1; i < 10; i++)
        {
            await publisher.Broadcaster.SayAsync(channel, i);
        }

        await connection.UntilEventsAsync(10);
        node.Broadcaster.Link.SessionCount.Should().BeGreaterThan(sessions);
        connection.Data.Should().Equal(Enumerable.Range(0, 10).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        connection.Kinds.Should().NotContain("unsubscribed");
        await node.Broadcaster.SayAsync(channel, 10);
        await connection.UntilEventsAsync(11);
    }

    private TestNode Node(TimeSpan publishWait) => new(
        _redis.EndPoint,
        options => options.PresenceGrace = TimeSpan.FromMilliseconds(100),
        options => options.PublishWait = publishWait);
}
