namespace RfBroadcast.Redis.Tests.Support;

/// <summary>The classes that share one Redis Cluster.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ClusterRedis>
{
    public const string Name = "cluster";
}
