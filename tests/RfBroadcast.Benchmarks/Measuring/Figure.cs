namespace RfBroadcast.Benchmarks;

/// <summary>What is measured. In <see cref="FigureInfo"/> each has its unit and its column.</summary>
public enum Figure
{
    CpuPerDelivery,
    DeliveriesPerSecond,
    LatencyP50,
    LatencyP90,
    LatencyP99,
    LatencyMax,
    LatencySinceStart,
    AllocatedPerDelivery,
    BytesPerDelivery,
    LoadBusy,
    Disturbed,
    ResidentPerConnection,
    CpuPerConnect,
    TimePerConnect,
    ConnectP99,
    PublishesPerSecond,
    CpuPerPublish,
    Seconds,
    PerSecond,
    RedisTimePerJoin,
    CommandsPerJoin,
}
