namespace RfBroadcast.Benchmarks;

/// <summary>The workloads of <c>fanout</c>, in the order of the table.</summary>
internal static class FanoutWorkloads
{
    public static IReadOnlyList<IWorkload> All { get; } =
    [
        new BurstWorkload("burst", subscribers: 1000, messages: 2000),
        new BurstWorkload("large-burst", subscribers: 5000, messages: 400),
        new SteadyWorkload(perSecond: 20, seconds: 6, isMain: true),
        new SteadyWorkload(perSecond: 100, seconds: 4, isMain: false),
        new ManyChannelsWorkload(),
        new IdleWorkload(),
        new JoinsWorkload(),
        new ReconnectsWorkload(),
        new SlowWorkload(),
        new GrowthWorkload(),
        new CompressionWorkload("compression-1k", size: 1024),
        new CompressionWorkload("compression-8k", size: 8192),
    ];
}
