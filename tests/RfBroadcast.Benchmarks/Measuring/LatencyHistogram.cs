using System.Numerics;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// Counts durations in buckets that are at most 1/64 as wide as their value, from nanoseconds to hours: percentiles of millions
/// of values without keeping them. Not thread-safe.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubCount = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits + 1) * SubCount];
    private long _count;
    private long _max;

    public long Count => _count;

    public long Max => _max;

    public void Clear()
    {
        Array.Clear(_counts);
        _count = 0;
        _max = 0;
    }

    /// <summary>Counts a duration; one below zero counts as zero.</summary>
    public void Add(long nanoseconds)
    {
        var value = Math.Max(0, nanoseconds);
        _counts[BucketOf(value)]++;
        _count++;
        _max = Math.Max(_max, value);
    }

    /// <summary>The smallest value that this share of all values is at or below, to the width of its bucket. 0 when there are none.</summary>
    /// <param name="share">From 0 to 1: 0.99 for p99.</param>
    public long Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * _count));
        long passed = 0;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            passed += _counts[bucket];
            if (passed >= rank)
            {
                return Math.Min(HighestOf(bucket), _max);
            }
        }

        return _max;
    }

    // Below SubCount each value has its bucket; above, each power of two is cut into SubCount buckets.
    private static int BucketOf(long value)
    {
        if (value < SubCount)
        {
            return (int)value;
        }

        var shift = 63 - BitOperations.LeadingZeroCount((ulong)value) - SubBits;
        return ((shift + 1) * SubCount) + (int)((value >> shift) - SubCount);
    }

    private static long HighestOf(int bucket)
    {
        if (bucket < SubCount)
        {
            return bucket;
        }

        var shift = (bucket / SubCount) - 1;
        return ((((long)bucket % SubCount) + SubCount + 1) << shift) - 1;
    }
}
