namespace RfBroadcast.Benchmarks;

/// <summary>Something to measure with Redis. It starts the processes it needs, and warms them up.</summary>
internal interface IRedisWorkload
{
    /// <summary>The name for <c>--only</c>.</summary>
    string Name { get; }

    /// <summary>Measures once.</summary>
    Task RunAsync(Cores cores, RedisProcess redis, Results results, bool quick);
}
