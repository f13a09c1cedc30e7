using System.Runtime.InteropServices;

namespace RfBroadcast.Benchmarks;

/// <summary>What several runs gave: the median, the least and the most.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Spread(double Median, double Min, double Max)
{
    /// <summary>Of at least one value.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
        {
            throw new ArgumentException("There are no values.", nameof(values));
        }

        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>Of the ratios, run by run, so that what disturbs both sides of one run cancels out.</summary>
    public static Spread OfRatios(IReadOnlyList<double> values, IReadOnlyList<double> against)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(against);
        return Of(values.Zip(against, (value, other) => value / other));
    }

    /// <summary>Of the differences, run by run.</summary>
    public static Spread OfDifferences(IReadOnlyList<double> values, IReadOnlyList<double> against)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(against);
        return Of(values.Zip(against, (value, other) => value - other));
    }
}
