using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// How busy a core is from now on with anything but the process that is pinned to it: a run that something else disturbed
/// shows it.
/// </summary>
internal sealed class CoreReading(int core)
{
    private const double TicksPerSecond = 100; // USER_HZ
    private const int Idle = 4;
    private const int WaitingForInput = 5;

    private readonly double _start = BusySeconds(core);
    private readonly long _time = Stopwatch.GetTimestamp();

    /// <summary>The share of the time, in percent, that the core spent on others. In ticks of 10 ms, so a short time is coarse.</summary>
    /// <param name="ownNanoseconds">What the process itself spent.</param>
    public double PercentOnOthers(long ownNanoseconds)
    {
        var others = BusySeconds(core) - _start - (ownNanoseconds / 1e9);
        return 100 * Math.Max(0, others) / Stopwatch.GetElapsedTime(_time).TotalSeconds;
    }

    // cpu0 user nice system idle iowait irq softirq steal ...
    private static double BusySeconds(int core)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"cpu{core} ");
        var line = File.ReadLines("/proc/stat").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return line.Split(' ').Take(9).Select((text, index) => index is 0 or Idle or WaitingForInput ? 0 : double.Parse(text, CultureInfo.InvariantCulture)).Sum() / TicksPerSecond;
    }
}
