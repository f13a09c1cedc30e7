namespace RfBroadcast.Benchmarks;

/// <summary>How a figure is called and shown.</summary>
/// <param name="Name">The column.</param>
/// <param name="Unit">The unit it is shown in.</param>
/// <param name="Format">Its number format.</param>
public sealed record FigureInfo(string Name, string Unit, string Format)
{
    public static FigureInfo Of(Figure figure) => figure switch
    {
        Figure.CpuPerDelivery => new("CPU/delivery", "us", "0.000"),
        Figure.DeliveriesPerSecond => new("deliveries/s", "", "N0"),
        Figure.LatencyP50 => new("p50", "ms", "0.00"),
        Figure.LatencyP90 => new("p90", "ms", "0.00"),
        Figure.LatencyP99 => new("p99", "ms", "0.00"),
        Figure.LatencyMax => new("max", "ms", "0.00"),
        Figure.LatencySinceStart => new("p50 since start", "ms", "0.0"),
        Figure.AllocatedPerDelivery => new("allocated/delivery", "B", "0.00"),
        Figure.BytesPerDelivery => new("wire/delivery", "B", "0"),
        Figure.LoadBusy => new("load busy", "%", "0"),
        Figure.Disturbed => new("disturbed", "%", "0"),
        Figure.ResidentPerConnection => new("resident/connection", "kB", "0.0"),
        Figure.CpuPerConnect => new("CPU/connect", "us", "0"),
        Figure.TimePerConnect => new("time/connect", "us", "0"),
        Figure.ConnectP99 => new("connect p99", "ms", "0.0"),
        Figure.PublishesPerSecond => new("publishes/s", "", "N0"),
        Figure.CpuPerPublish => new("CPU/publish", "us", "0.00"),
        Figure.Seconds => new("time", "s", "0.00"),
        Figure.PerSecond => new("per second", "", "N0"),
        Figure.RedisTimePerJoin => new("Redis time/join", "us", "0.0"),
        Figure.CommandsPerJoin => new("commands/join", "", "0.00"),
        _ => throw new ArgumentOutOfRangeException(nameof(figure)),
    };
}
