using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>The resident memory of a process, from /proc/PID/smaps_rollup: exact, where statm's counters may lag behind.</summary>
public static class ResidentMemory
{
    public static long Bytes(int processId)
    {
        foreach (var line in File.ReadLines($"/proc/{processId}/smaps_rollup"))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(4, line.Length - 4 - 2).Trim(), CultureInfo.InvariantCulture) * 1024;
            }
        }

        throw new InvalidDataException("/proc/PID/smaps_rollup has no Rss.");
    }
}
