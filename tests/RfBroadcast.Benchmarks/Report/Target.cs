namespace RfBroadcast.Benchmarks;

/// <summary>What RfBroadcast has to reach in a row: an absolute value, or a ratio or a difference to another server or to another row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Figure">The figure.</param>
/// <param name="Limit">The most it may be, or the least.</param>
public sealed record Target(string Row, Figure Figure, double Limit)
{
    /// <summary>Whose figure it is.</summary>
    public ServerKind Measured { get; init; } = ServerKind.RfBroadcast;

    /// <summary>Whether it must be at least the limit; otherwise it is the most it may be.</summary>
    public bool IsLeast { get; init; }

    /// <summary>Whether the other figure is taken off; otherwise it is what this one is divided by.</summary>
    public bool IsDifference { get; init; }

    /// <summary>The server whose figure in the same row is 1.</summary>
    public ServerKind? Server { get; init; }

    /// <summary>The row of the same server whose figure is 1.</summary>
    public string? OtherRow { get; init; }

    /// <summary>What came out, run by run; null when it was not measured.</summary>
    public Spread? Of(Results results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var values = results.Values(Row, Measured, Figure);
        if (values.Count == 0)
        {
            return null;
        }

        if (Server is null && OtherRow is null)
        {
            return Spread.Of(values);
        }

        var against = results.Values(OtherRow ?? Row, Server ?? Measured, Figure);
        return against.Count == 0 ? null : IsDifference ? Spread.OfDifferences(values, against) : Spread.OfRatios(values, against);
    }

    /// <summary>Whether it was reached.</summary>
    public bool IsMet(Spread measured) => IsLeast ? measured.Median >= Limit : measured.Median <= Limit;
}
