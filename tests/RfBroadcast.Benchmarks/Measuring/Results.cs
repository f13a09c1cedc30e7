namespace RfBroadcast.Benchmarks;

/// <summary>All values of all runs: per row, server and figure one value a run, in the order of the runs.</summary>
public sealed class Results
{
    private readonly List<string> _rows = [];
    private readonly Dictionary<(string Row, ServerKind Server, Figure Figure), List<double>> _values = [];

    /// <summary>The rows, in the order in which they first came.</summary>
    public IReadOnlyList<string> Rows => _rows;

    public void Add(string row, ServerKind server, Figure figure, double value)
    {
        if (!_rows.Contains(row))
        {
            _rows.Add(row);
        }

        if (!_values.TryGetValue((row, server, figure), out var values))
        {
            _values.Add((row, server, figure), values = []);
        }

        values.Add(value);
    }

    /// <summary>Adds the medians of what was measured several times in one run.</summary>
    public void AddMedians(Results repeated, ServerKind server)
    {
        ArgumentNullException.ThrowIfNull(repeated);
        foreach (var (key, values) in repeated._values.Where(entry => entry.Key.Server == server))
        {
            Add(key.Row, server, key.Figure, Spread.Of(values).Median);
        }
    }

    /// <summary>The values, one a run; empty when it was not measured.</summary>
    public IReadOnlyList<double> Values(string row, ServerKind server, Figure figure) => _values.GetValueOrDefault((row, server, figure)) ?? [];

    /// <summary>Median, least and most; null when it was not measured.</summary>
    public Spread? Of(string row, ServerKind server, Figure figure) =>
        Values(row, server, figure) is { Count: > 0 } values ? Spread.Of(values) : null;
}
