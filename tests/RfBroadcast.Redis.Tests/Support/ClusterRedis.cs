namespace RfBroadcast.Redis.Tests.Support;

/// <summary>One Redis Cluster for all tests of a class, which run in series.</summary>
public sealed class ClusterRedis : IAsyncLifetime
{
    internal RedisCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await RedisCluster.StartNewAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
