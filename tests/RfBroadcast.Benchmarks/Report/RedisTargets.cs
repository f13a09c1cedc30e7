namespace RfBroadcast.Benchmarks;

/// <summary>What RfBroadcast set out to reach through Redis.</summary>
internal static class RedisTargets
{
    public static IReadOnlyList<Target> All { get; } =
    [
        AtMost("remote, 20/s to 1000", Figure.CpuPerDelivery, 1.15) with { Server = ServerKind.RfBroadcast },
        AtMost("remote, burst to 1000", Figure.CpuPerDelivery, 1.15) with { Server = ServerKind.RfBroadcast },
        AtMost("remote, 1000/s to 10", Figure.LatencyP50, 1) with { Server = ServerKind.RfBroadcast, IsDifference = true },
        AtMost("remote, 1000/s to 10", Figure.LatencyP99, 5) with { Server = ServerKind.RfBroadcast, IsDifference = true },
        AtLeast("publish, 1000 channels", 0.8),
        AtLeast("publish, 1 channel", 0.8),
        AtLeast("publish kept, 1000 channels", 0.2),
        AtLeast("publish kept, 1 channel", 0.35),
        AtMost("subscribe storm", Figure.Seconds, 5),
        AtMost("re-subscription", Figure.Seconds, 5),
        AtMost("joins 4001 to 5000", Figure.RedisTimePerJoin, 1.1) with { OtherRow = "joins 1 to 1000" }, // a tenth is what runs differ by
        AtMost("all joins", Figure.CommandsPerJoin, 2),
    ];

    private static Target AtMost(string row, Figure figure, double limit) => new(row, figure, limit) { Measured = ServerKind.Redis };

    private static Target AtLeast(string row, double ratio) =>
        new(row, Figure.PublishesPerSecond, ratio) { Measured = ServerKind.Redis, Server = ServerKind.RedisClient, IsLeast = true };
}
