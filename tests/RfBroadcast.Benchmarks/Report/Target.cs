namespace RfBroadcast.Benchmarks;

/// <summary>What RfBroadcast has to reach in a row: an absolute value, or a ratio to another server or to another row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Figure">The figure.</param>
/// <param name="Most">The most it may be.</param>
public sealed record Target(string Row, Figure Figure, double Most)
{
    /// <summary>The server whose figure in the same row is 1.</summary>
    public ServerKind? Server { get; init; }

    /// <summary>RfBroadcast's own row whose figure is 1.</summary>
    public string? OtherRow { get; init; }

    /// <summary>What came out, run by run; null when it was not measured.</summary>
    public Spread? Of(Results results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var values = results.Values(Row, ServerKind.RfBroadcast, Figure);
        if (values.Count == 0)
        {
            return null;
        }

        if (Server is null && OtherRow is null)
        {
            return Spread.Of(values);
        }

        var against = results.Values(OtherRow ?? Row, Server ?? ServerKind.RfBroadcast, Figure);
        return against.Count > 0 ? Spread.OfRatios(values, against) : null;
    }
}
