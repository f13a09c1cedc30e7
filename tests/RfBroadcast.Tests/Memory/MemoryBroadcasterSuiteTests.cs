using RfBroadcast.Testing;

namespace RfBroadcast.Tests;

/// <summary>What every broadcaster must do, on the one of a single process.</summary>
public sealed class MemoryBroadcasterSuiteTests
{
    private readonly BroadcasterCluster _cluster = new(static _ => { });

    public static TheoryData<string> Names =>
        [.. BroadcasterSuite.Cases.Where(one => !one.NeedsManyNodes).Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Suite(string name) => BroadcasterSuite.RunAsync(name, _cluster);
}
