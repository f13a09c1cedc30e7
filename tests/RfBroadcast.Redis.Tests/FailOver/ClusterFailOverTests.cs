using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.FailOver;

/// <summary>For the channels of one master of a cluster (<c>cluster-node-timeout</c> 2000).</summary>
[Collection(ClusterCollection.Name)]
[Trait("Category", "Slow")]
public sealed class ClusterFailOverTests(ClusterRedis redis, ITestOutputHelper output) : FailOverTests(output)
{
    [Fact]
    public async Task ReplicaThatLacksTheLastMessages_TakesOver_ConnectionsStay_IsANewEpoch()
    {
        await using var run = await FailOverRun.StartAsync(Configure, Kept);
        await run.SayAsync(3);
        var master = await MasterAsync();
        var replica = await ReplicaOfAsync(master);
        await master.UntilReplicatedAsync();
        await master.CutOffAsync(replica);
        await run.SayAsync(4);
        var sessions = run.SessionCount;

        Say(await run.OutageAsync(async () =>
        {
            await replica.CliAsync("CLUSTER", "FAILOVER", "TAKEOVER");
            await Eventually.TrueAsync(
                async () => (await master.CliAsync("ROLE")).StartsWith("slave", StringComparison.Ordinal), "the former master has heard of it");
            await replica.PretendComparedAsync(Kept);
        }));

        run.Epochs.Should().HaveCount(2, "the new master lacks messages that were delivered");
        await run.EverythingIsSeenOrToldAsync();
        run.SessionCount.Should().Be(sessions, "no connection was lost");
        await replica.AdmitAsync();
        await UntilHealthyAsync();
    }

    private protected override void Configure(RedisBroadcastOptions options) => options.ConnectionString = redis.Cluster.EndPoints;

    private protected override Task<RedisServer> MasterAsync() => redis.Cluster.MasterOfAsync($"rf:meta:{{{Kept.WireName}}}");

    private protected override Task<RedisServer> ReplicaOfAsync(RedisServer master) => redis.Cluster.ReplicaOfAsync(master);

    private protected override Task UntilHealthyAsync() => redis.Cluster.UntilHealthyAsync();
}
