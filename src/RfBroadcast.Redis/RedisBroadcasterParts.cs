namespace RfBroadcast.Redis;

/// <summary>What a <see cref="RedisBroadcaster"/> is made of that the container holds.</summary>
internal sealed record RedisBroadcasterParts(
    LocalHub Hub,
    BroadcastPipeline Pipeline,
    BroadcastMetrics Metrics,
    RedisMetrics RedisMetrics,
    TimerWheel Wheel,
    BroadcastOptions Broadcasting,
    RedisBroadcastOptions Options,
    RedisConnector Connector,
    TimeProvider Time);
