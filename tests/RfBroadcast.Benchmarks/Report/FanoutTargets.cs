namespace RfBroadcast.Benchmarks;

/// <summary>What RfBroadcast set out to reach.</summary>
internal static class FanoutTargets
{
    public static IReadOnlyList<Target> All { get; } =
    [
        new("burst", Figure.CpuPerDelivery, 0.20) { Server = ServerKind.SignalR },
        new("burst", Figure.CpuPerDelivery, 1.4) { Server = ServerKind.Limit },
        new("burst", Figure.LatencyP50, 0.10) { Server = ServerKind.SignalR },
        new("burst", Figure.LatencySinceStart, 0.10) { Server = ServerKind.SignalR },
        new("large-burst", Figure.CpuPerDelivery, 0.07) { Server = ServerKind.SignalR },
        new("steady-20", Figure.CpuPerDelivery, 0.38) { Server = ServerKind.SignalR },
        new("steady-20", Figure.CpuPerDelivery, 1.25) { Server = ServerKind.Limit },
        new("steady-20", Figure.LatencyP99, 0.35) { Server = ServerKind.SignalR },
        new("steady-20", Figure.AllocatedPerDelivery, 1),
        new("many-channels", Figure.CpuPerDelivery, 0.65) { Server = ServerKind.SignalR },
        new("idle", Figure.ResidentPerConnection, 0.55) { Server = ServerKind.SignalR },
        new("idle", Figure.ResidentPerConnection, 12),
        new("joins", Figure.CpuPerConnect, 0.8) { Server = ServerKind.SignalR },
        new("slow, 10 stalled", Figure.LatencyP99, 1.2) { OtherRow = "slow, none stalled" },
        new("growth, 10000", Figure.CpuPerDelivery, 1.3) { OtherRow = "growth, 100" },
    ];
}
