using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.FailOver;

/// <summary>With sentinels, which also follow orders (<c>down-after-milliseconds</c> 1000).</summary>
[Collection(SentinelCollection.Name)]
[Trait("Category", "Slow")]
public sealed class SentinelFailOverTests(SentinelRedis redis, ITestOutputHelper output) : FailOverTests(output)
{
    [Fact]
    public async Task MasterIsKilled_ReplicaLacksAJoin_ItIsWrittenAgain()
    {
        var room = Channel.Presence($"room.{Guid.NewGuid():N}");
        await using var one = new TestNode(Configure);
        await using var two = new TestNode(Configure);
        var (ada, bob) = (one.Connect("1.1", "ada"), two.Connect("2.1", "bob"));
        await one.Broadcaster.JoinAsync(ada, room);
        var (master, replica) = (await MasterAsync(), await redis.Pair.ReplicaAsync());
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
        await using var run = await FailOverRun.StartAsync(Configure, Kept);
        await run.SayAsync(3);
        var master = await MasterAsync();
        await master.UntilReplicatedAsync();

        await redis.Pair.FailOverAsync();
        await run.OutageAsync(() => Task.CompletedTask);

        await run.EverythingIsSeenOrToldAsync();
        var now = await MasterAsync();
        now.Should().NotBeSameAs(master);
        (await now.KeysAsync($"rf:meta:*{Kept.WireName}*")).Should().ContainSingle("it is the new master that is published to");
        await redis.Pair.UntilReplicatingAsync();
    }

    [Fact]
    public async Task ConnectionString_WithServiceName_NamesSentinels()
    {
        await using var node = new TestNode($"{redis.Pair.SentinelEndPoints},serviceName={RedisSentinelPair.Name}");

        await node.Broadcaster.SayAsync(Kept, 1);

        (await (await MasterAsync()).KeysAsync($"rf:meta:*{Kept.WireName}*")).Should().ContainSingle();
    }

    [Fact]
    public async Task Sentinels_UnknownName_PublishingSaysWhichSetting()
    {
        await using var node = new TestNode(redis.Pair.SentinelEndPoints + ",serviceName=nobody");

        await FluentActions.Awaiting(() => node.Broadcaster.SayAsync(Kept, 1)).Should().ThrowAsync<BroadcasterUnavailableException>()
            .WithMessage("*no master named \"nobody\"*Broadcasting:Redis:SentinelService*");
    }

    private protected override void Configure(RedisBroadcastOptions options) => redis.Pair.Configure(options);

    private protected override Task<RedisServer> MasterAsync() => redis.Pair.MasterAsync();

    private protected override Task<RedisServer> ReplicaOfAsync(RedisServer master) => redis.Pair.ReplicaAsync();

    private protected override Task UntilHealthyAsync() => redis.Pair.UntilReplicatingAsync();
}
