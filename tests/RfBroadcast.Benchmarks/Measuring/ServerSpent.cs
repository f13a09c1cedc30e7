namespace RfBroadcast.Benchmarks;

/// <summary>What a server spent while something was measured.</summary>
/// <param name="Cpu">Nanoseconds of processor time.</param>
/// <param name="OthersPercent">The share of the time that its core spent on other processes.</param>
internal sealed record ServerSpent(long Cpu, double OthersPercent);
