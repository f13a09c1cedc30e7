using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.Testing;

namespace RfBroadcast.Redis.Tests.Suite;

/// <summary>The same on a Redis Cluster, where a channel's keys and messages are on one of three masters.</summary>
[Collection(ClusterCollection.Name)]
[Trait("Category", "Slow")]
public sealed class ClusterSuiteTests(ClusterRedis redis)
{
    public static TheoryData<string> Names => [.. BroadcasterSuite.Cases.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Redis_PassesTheSuite(string name) =>
        BroadcasterSuite.RunAsync(name, new BroadcasterCluster(builder => builder.UseRedis(redis.Cluster.EndPoints)) { HasManyNodes = true });
}
