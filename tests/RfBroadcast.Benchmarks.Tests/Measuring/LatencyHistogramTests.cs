namespace RfBroadcast.Benchmarks.Tests.Measuring;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentile_OfRandomValues_IsThatOfTheSortedOnesToOneSixtyFourth()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 100_000).Select(_ => (long)Math.Exp(random.NextDouble() * 25)).Order().ToArray();
        var histogram = new LatencyHistogram();
        foreach (var value in values)
        {
            histogram.Add(value);
        }

        foreach (var share in new[] { 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            var exact = values[(int)Math.Ceiling(share * values.Length) - 1];
            histogram.Percentile(share).Should().BeInRange(exact, exact + (exact / 64) + 1, "p{0}", share);
        }

        histogram.Max.Should().Be(values[^1]);
        histogram.Count.Should().Be(values.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(long.MaxValue)]
    public void Percentile_OfOneValue_IsThatValue(long value)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(value);

        histogram.Percentile(0.5).Should().Be(value);
    }

    [Fact]
    public void Percentile_OfNothing_IsZero()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(5);
        histogram.Clear();

        histogram.Percentile(0.99).Should().Be(0);
    }
}
