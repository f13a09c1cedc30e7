using System.Diagnostics;

namespace RfBroadcast.Benchmarks;

/// <summary>Counts what is received in one measurement.</summary>
internal sealed class LoadTally
{
    private readonly LatencyHistogram _latencies = new();
    private readonly LatencyHistogram _sinceStart = new();
    private long _firstSent = long.MaxValue;
    private long _lastReceived;
    private SequenceFaults _faults = new();
    private long _cpuAtStart;

    public long Deliveries { get; private set; }

    public long Bytes { get; set; }

    public void Start()
    {
        _latencies.Clear();
        _sinceStart.Clear();
        _firstSent = long.MaxValue;
        _lastReceived = 0;
        _faults = new SequenceFaults();
        Deliveries = 0;
        Bytes = 0;
        _cpuAtStart = CpuClock.Nanoseconds(Environment.ProcessId);
    }

    public void Take(LoadConnection connection, PayloadStamp stamp, long now)
    {
        Deliveries++;
        connection.Sequence.Take(stamp.Number, _faults);
        _latencies.Add(now - stamp.Time);
        _firstSent = Math.Min(_firstSent, stamp.Time);
        _sinceStart.Add(now - _firstSent);
        _lastReceived = now;
    }

    /// <summary>Counts a message that is not looked into.</summary>
    public void Take(long now)
    {
        Deliveries++;
        _lastReceived = now;
    }

    public LoadReceived Sum(long expected) => new(
        Deliveries,
        _faults.Lost + Math.Max(0, expected - Deliveries - _faults.Lost),
        _faults.Repeated,
        _faults.Reordered,
        Bytes,
        _latencies.Percentile(0.5),
        _latencies.Percentile(0.9),
        _latencies.Percentile(0.99),
        _latencies.Max,
        _sinceStart.Percentile(0.5),
        Math.Max(0, _lastReceived - _firstSent),
        CpuClock.Nanoseconds(Environment.ProcessId) - _cpuAtStart);
}
