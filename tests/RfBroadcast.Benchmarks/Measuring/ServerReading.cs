namespace RfBroadcast.Benchmarks;

/// <summary>What a server spends from now on, and what disturbs it.</summary>
internal sealed class ServerReading(int processId, int core)
{
    private readonly CpuReading _cpu = new(processId);
    private readonly CoreReading _core = new(core);

    /// <summary>The same until now.</summary>
    public ServerSpent Spent()
    {
        var cpu = _cpu.Spent();
        return new ServerSpent(cpu, _core.PercentOnOthers(cpu));
    }
}
