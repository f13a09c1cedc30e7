namespace RfBroadcast.Redis.Tests.Support;

/// <summary>The classes that share one pair under sentinels.</summary>
[CollectionDefinition(Name)]
public sealed class SentinelCollection : ICollectionFixture<SentinelRedis>
{
    public const string Name = "sentinel";
}
