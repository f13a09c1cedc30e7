using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>The two processor cores: one for the server alone, the other for the load generator and the driver.</summary>
internal sealed record Cores(int Server, int Load)
{
    /// <summary>Picks the first two that this process may use, and moves it to the second.</summary>
    public static async Task<Cores> TakeAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The benchmark reads /proc and pins processes to cores: it needs Linux.");
        }

        var allowed = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        var cores = allowed[(allowed.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim().Split(',').SelectMany(Range).Take(2).ToArray();
        if (cores.Length < 2)
        {
            throw new PlatformNotSupportedException("The benchmark needs two processor cores: one for the server, one for the load.");
        }

        await MoveAsync(Environment.ProcessId, cores[1]);
        return new Cores(cores[0], cores[1]);
    }

    private static IEnumerable<int> Range(string text)
    {
        var ends = text.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
        return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
    }

    // All its threads, those that the runtime has started already too.
    private static async Task MoveAsync(int process, int core)
    {
        using var taskset = Process.Start(new ProcessStartInfo("taskset", string.Create(CultureInfo.InvariantCulture, $"-a -p -c {core} {process}"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!; // a program that is started anew
        await taskset.WaitForExitAsync();
    }
}
