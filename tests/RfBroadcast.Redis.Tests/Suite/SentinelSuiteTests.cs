using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.Testing;

namespace RfBroadcast.Redis.Tests.Suite;

/// <summary>The same on a master that sentinels name.</summary>
[Collection(SentinelCollection.Name)]
[Trait("Category", "Slow")]
public sealed class SentinelSuiteTests(SentinelRedis redis)
{
    public static TheoryData<string> Names => [.. BroadcasterSuite.Cases.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Redis_PassesTheSuite(string name) => BroadcasterSuite.RunAsync(
        name,
        new BroadcasterCluster(builder => builder.UseRedis(redis.Pair.Configure))
        {
            HasManyNodes = true,
        });
}
