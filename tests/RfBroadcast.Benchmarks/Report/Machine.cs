using System.Runtime.InteropServices;

namespace RfBroadcast.Benchmarks;

/// <summary>Where something was measured.</summary>
internal static class Machine
{
    public static string Description
    {
        get
        {
            var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
            var processor = model is null ? RuntimeInformation.OSArchitecture.ToString() : model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            return $"{processor}, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.FrameworkDescription}";
        }
    }
}
