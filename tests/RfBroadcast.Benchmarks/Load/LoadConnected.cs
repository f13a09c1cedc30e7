namespace RfBroadcast.Benchmarks;

/// <summary>How long it took until all were connected and subscribed, and each of them. Times are nanoseconds.</summary>
internal sealed record LoadConnected(long Span, long P50, long P99, long Max, long Cpu);
