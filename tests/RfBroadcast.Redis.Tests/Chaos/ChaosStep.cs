using System.Globalization;

namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>One fault.</summary>
/// <param name="At">When it begins, from the beginning of its round.</param>
/// <param name="Fault">What.</param>
/// <param name="Node">To which node; -1 when it is done to Redis.</param>
/// <param name="Length">How long it lasts.</param>
internal sealed record ChaosStep(TimeSpan At, ChaosFault Fault, int Node, TimeSpan Length)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{At.TotalSeconds:0.00} s: {Fault}{(Node < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {Node}"))} for {Length.TotalSeconds:0.00} s");
}
