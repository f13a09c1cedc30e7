using System.ComponentModel;
using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// The processor time of a process: what /proc/PID/stat shows as utime + stime, read from the same counter of the kernel at the
/// nanosecond instead of its 10 ms ticks. Threads that have ended count.
/// </summary>
public static class CpuClock
{
    private const int ClockTicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on
    private const int ProcessSchedulerClock = 2; // CPUCLOCK_SCHED, as in clock_getcpuclockid(3)

    /// <summary>Nanoseconds of processor time so far.</summary>
    public static unsafe long Nanoseconds(int processId)
    {
        Libc.TimeSpec time;
        if (Libc.ClockGetTime((~processId << 3) | ProcessSchedulerClock, &time) != 0)
        {
            throw new Win32Exception();
        }

        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    /// <summary>The same from /proc, in whole ticks of 10 ms.</summary>
    public static long NanosecondsFromProc(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name before it may hold anything
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return ticks * (1_000_000_000 / ClockTicksPerSecond);
    }
}
