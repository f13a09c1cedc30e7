namespace RfBroadcast.Benchmarks;

/// <summary>How many messages were published, and in which time, in nanoseconds.</summary>
internal sealed record Published(long Count, long Nanoseconds);
