namespace RfBroadcast.Benchmarks;

/// <summary>One measurement of deliveries. Times are nanoseconds.</summary>
internal sealed record DeliveryMeasured(LoadReceived Received, ServerSpent Server, long Allocated)
{
    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>Adds the figures of a burst to a row: as those of any, and how long after its start half was received.</summary>
    public void AddBurstTo(Results results, string row, ServerKind server)
    {
        AddTo(results, row, server);
        results.Add(row, server, Figure.LatencySinceStart, Received.P50SinceStart / NanosecondsPerMillisecond);
    }

    /// <summary>Adds its figures to a row.</summary>
    public void AddTo(Results results, string row, ServerKind server)
    {
        var deliveries = (double)Received.Deliveries;
        results.Add(row, server, Figure.CpuPerDelivery, Server.Cpu / deliveries / 1e3);
        results.Add(row, server, Figure.DeliveriesPerSecond, deliveries / Received.Span * 1e9);
        results.Add(row, server, Figure.LatencyP50, Received.P50 / NanosecondsPerMillisecond);
        results.Add(row, server, Figure.LatencyP90, Received.P90 / NanosecondsPerMillisecond);
        results.Add(row, server, Figure.LatencyP99, Received.P99 / NanosecondsPerMillisecond);
        results.Add(row, server, Figure.LatencyMax, Received.Max / NanosecondsPerMillisecond);
        results.Add(row, server, Figure.AllocatedPerDelivery, Allocated / deliveries);
        results.Add(row, server, Figure.BytesPerDelivery, Received.Bytes / deliveries);
        results.Add(row, server, Figure.LoadBusy, 100.0 * Received.Cpu / Received.Span);
        results.Add(row, server, Figure.Disturbed, Server.OthersPercent);
    }
}
