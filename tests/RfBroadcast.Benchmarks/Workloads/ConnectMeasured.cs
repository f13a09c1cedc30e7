namespace RfBroadcast.Benchmarks;

/// <summary>One measurement of clients that connect and subscribe. Times are nanoseconds.</summary>
internal sealed record ConnectMeasured(int Count, LoadConnected Connected, ServerSpent Server)
{
    /// <summary>Adds its figures to a row.</summary>
    public void AddTo(Results results, string row, ServerKind server)
    {
        results.Add(row, server, Figure.CpuPerConnect, Server.Cpu / 1e3 / Count);
        results.Add(row, server, Figure.TimePerConnect, Connected.Span / 1e3 / Count);
        results.Add(row, server, Figure.ConnectP99, Connected.P99 / 1e6);
        results.Add(row, server, Figure.LoadBusy, 100.0 * Connected.Cpu / Connected.Span);
        results.Add(row, server, Figure.Disturbed, Server.OthersPercent);
    }
}
