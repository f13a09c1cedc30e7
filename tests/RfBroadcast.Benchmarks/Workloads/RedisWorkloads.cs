namespace RfBroadcast.Benchmarks;

/// <summary>The workloads of <c>redis</c>, in the order of the table.</summary>
internal static class RedisWorkloads
{
    public static IReadOnlyList<IRedisWorkload> All { get; } =
    [
        new RemoteWorkload(),
        new PipelineWorkload(),
        new SubscribeStormWorkload(),
        new JoinStormWorkload(),
    ];
}
