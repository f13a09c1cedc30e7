using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.Testing;

namespace RfBroadcast.Redis.Tests.Suite;

/// <summary>What every broadcaster must do, across nodes on one Redis.</summary>
public sealed class StandaloneSuiteTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    public static TheoryData<string> Names => [.. BroadcasterSuite.Cases.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Redis_PassesTheSuite(string name) =>
        BroadcasterSuite.RunAsync(name, new BroadcasterCluster(builder => builder.UseRedis(redis.Server.EndPoint)) { HasManyNodes = true });
}
