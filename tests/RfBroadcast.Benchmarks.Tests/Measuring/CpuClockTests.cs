using System.Diagnostics;

namespace RfBroadcast.Benchmarks.Tests.Measuring;

public sealed class CpuClockTests
{
    [Fact]
    public void Nanoseconds_OfThisProcess_GrowAsItComputesAndAgreeWithProc()
    {
        var reading = new CpuReading(Environment.ProcessId);
        var own = Process.GetCurrentProcess().TotalProcessorTime;
        while (Process.GetCurrentProcess().TotalProcessorTime - own < TimeSpan.FromMilliseconds(100))
        {
        }

        reading.Spent().Should().BeGreaterThan(80_000_000); // the comparison is in ticks of 10 ms; it throws when /proc disagrees
    }
}
