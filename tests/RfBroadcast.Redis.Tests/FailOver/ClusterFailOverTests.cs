using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.FailOver;

/// <summary>As <see cref="SentinelFailOverTests"/>, for the channels of one master of a cluster.</summary>
[Collection(ClusterCollection.Name)]
[Trait("Category", "Slow")]
public sealed class ClusterFailOverTests(ClusterRedis redis, ITestOutputHelper output)
{
    private readonly Channel _kept = Channel.Public($"history.{Guid.NewGuid():N}");

    private string Meta => $"rf:meta:{{{_kept.WireName}}}";

    [Fact]
    public async Task MasterIsKilled_ReplicaHasAll_NodesGoOnByThemselves()
    {
        await using var run = await FailOverRun.StartAsync(Configure, _kept);
        await run.SayAsync(3);
        var master = await redis.Cluster.MasterOfAsync(Meta);
        await master.UntilReplicatedAsync();

        var outage = await run.OutageAsync(master.KillAsync);
        output.WriteLine($"Cluster, master killed, cluster-node-timeout 2000: the first accepted publish after {outage.TotalMilliseconds:F0} ms");

        await run.EverythingIsSeenOrToldAsync();
        await RestartAsync(master);
    }

    [Fact]
    public async Task MasterIsKilled_ReplicaLacksTheLastMessages_IsANewEpoch()
    {
        await using var run = await FailOverRun.StartAsync(Configure, _kept);
        await run.SayAsync(3);
        var master = await redis.Cluster.MasterOfAsync(Meta);
        var replica = await redis.Cluster.ReplicaOfAsync(master);
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

    private void Configure(RedisBroadcastOptions options) => options.ConnectionString = redis.Cluster.EndPoints;

    private async Task RestartAsync(RedisServer server)
    {
        await server.StartAsync();
        await redis.Cluster.UntilHealthyAsync();
    }
}
