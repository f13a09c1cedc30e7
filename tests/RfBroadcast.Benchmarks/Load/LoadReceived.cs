namespace RfBroadcast.Benchmarks;

/// <summary>What the load generator received. Times are nanoseconds.</summary>
internal sealed record LoadReceived(
    long Deliveries,
    long Lost,
    long Repeated,
    long Reordered,
    long Bytes,
    long P50,
    long P90,
    long P99,
    long Max,
    long P50SinceStart,
    long Span,
    long Cpu);
