using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.FailOver;

/// <summary>Another server becomes the master: nodes go on by themselves, and what the new one does not have is told, never given out twice.</summary>
[Collection(SentinelCollection.Name)]
[Trait("Category", "Slow")]
public sealed class SentinelFailOverTests(SentinelRedis redis, ITestOutputHelper output)
{
    private readonly Channel _kept = Channel.Public($"history.{Guid.NewGuid():N}");

    [Fact]
    public async Task MasterIsKilled_ReplicaHasAll_NodesGoOnByThemselves()
    {
        await using var run = await FailOverRun.StartAsync(redis.Pair.Configure, _kept);
        await run.SayAsync(3);
        var master = await redis.Pair.MasterAsync();
        await master.UntilReplicatedAsync();

        var outage = await run.OutageAsync(master.KillAsync);
        output.WriteLine($"Sentinel, master killed, down-after-milliseconds 1000: the first accepted publish after {outage.TotalMilliseconds:F0} ms");

        await run.EverythingIsSeenOrToldAsync();
        await RestartAsync(master);
    }

    [Fact]
    public async Task MasterIsKilled_ReplicaLacksTheLastMessages_IsANewEpoch()
    {
        await using var run = await FailOverRun.StartAsync(redis.Pair.Configure, _kept);
        await run.SayAsync(3);
        var (master, replica) = (await redis.Pair.MasterAsync(), await redis.Pair.ReplicaAsync());
        await master.UntilReplicatedAsync();
        await master.LeaveBehindAsync(replica);
        await run.SayAsync(4);

        await run.OutageAsync(async () =>
        {
            await master.KillAsync();
            await replica.ThawAsync();
        });

        run.Epochs.Should().HaveCount(2, "the new master lacks messages that were delivered");
        await run.EverythingIsSeenOrToldAsync();
        await RestartAsync(master);
    }

    [Fact]
    public async Task MasterIsKilled_ReplicaLacksAJoin_ItIsWrittenAgain()
    {
        var room = Channel.Presence($"room.{Guid.NewGuid():N}");
        await using var one = new TestNode(redis.Pair.Configure);
        await using var two = new TestNode(redis.Pair.Configure);
        var (ada, bob) = (one.Connect("1.1", "ada"), two.Connect("2.1", "bob"));
        await one.Broadcaster.JoinAsync(ada, room);
        var (master, replica) = (await redis.Pair.MasterAsync(), await redis.Pair.ReplicaAsync());
        await master.UntilReplicatedAsync();
        await master.LeaveBehindAsync(replica);
        await two.Broadcaster.JoinAsync(bob, room);
        await ada.UntilAsync(frames => frames.Any(frame => frame.Kind == "joined"));

        await master.KillAsync();
        await replica.ThawAsync();

        await redis.Pair.UntilMasterIsNotAsync(master);
        foreach (var node in (TestNode[])[one, two])
        {
            await Eventually.TrueAsync(
                async () => (await node.Broadcaster.GetMembersAsync(room)).Select(member => member.UserId).Order(StringComparer.Ordinal).SequenceEqual(["ada", "bob"]),
                "both are members again");
        }

        await Wait.UntilAsync(() => ada.Edges[^1] == "+bob", "whoever was told that bob had left was told that he is back");
        await RestartAsync(master);
    }

    [Fact]
    public async Task SentinelsAreTold_ToFailOver_NodesFollow()
    {
        await using var run = await FailOverRun.StartAsync(redis.Pair.Configure, _kept);
        await run.SayAsync(3);
        var master = await redis.Pair.MasterAsync();
        await master.UntilReplicatedAsync();

        await redis.Pair.FailOverAsync();
        await run.OutageAsync(() => Task.CompletedTask);

        await run.EverythingIsSeenOrToldAsync();
        var now = await redis.Pair.MasterAsync();
        now.Should().NotBeSameAs(master);
        (await now.KeysAsync($"rf:meta:*{_kept.WireName}*")).Should().ContainSingle("it is the new master that is published to");
        await redis.Pair.UntilReplicatingAsync();
    }

    [Fact]
    public async Task ConnectionString_WithServiceName_NamesSentinels()
    {
        await using var node = new TestNode($"{redis.Pair.SentinelEndPoints},serviceName={RedisSentinelPair.Name}");

        await node.Broadcaster.SayAsync(_kept, 1);

        (await (await redis.Pair.MasterAsync()).KeysAsync($"rf:meta:*{_kept.WireName}*")).Should().ContainSingle();
    }

    [Fact]
    public async Task Sentinels_UnknownName_PublishingSaysWhichSetting()
    {
        await using var node = new TestNode(redis.Pair.SentinelEndPoints + ",serviceName=nobody");

        await FluentActions.Awaiting(() => node.Broadcaster.SayAsync(_kept, 1)).Should().ThrowAsync<BroadcasterUnavailableException>()
            .WithMessage("*no master named \"nobody\"*Broadcasting:Redis:SentinelService*");
    }

    private async Task RestartAsync(RedisServer server)
    {
        await server.StartAsync();
        await redis.Pair.UntilReplicatingAsync();
    }
}
