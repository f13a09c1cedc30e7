namespace RfBroadcast.Benchmarks;

/// <summary>The processor time that a process spends from now on, checked against what /proc shows.</summary>
internal sealed class CpuReading(int processId)
{
    // utime and stime are cut to whole ticks of 10 ms, at both ends.
    private const long Tolerance = 50_000_000;

    private readonly long _proc = CpuClock.NanosecondsFromProc(processId);
    private readonly long _start = CpuClock.Nanoseconds(processId);

    /// <summary>Nanoseconds since then.</summary>
    public long Spent()
    {
        var spent = CpuClock.Nanoseconds(processId) - _start;
        var proc = CpuClock.NanosecondsFromProc(processId) - _proc;
        return Math.Abs(spent - proc) <= Tolerance
            ? spent
            : throw new InvalidDataException($"The CPU clock says {spent} ns, /proc says {proc} ns.");
    }
}
