namespace RfBroadcast.Benchmarks.Tests.Measuring;

public sealed class SpreadTests
{
    [Fact]
    public void Of_OddAndEvenNumbers_HasTheMedian()
    {
        Spread.Of([3, 1, 2]).Should().Be(new Spread(2, 1, 3));
        Spread.Of([4, 1, 2, 3]).Should().Be(new Spread(2.5, 1, 4));
    }

    [Fact]
    public void OfRatios_DividesRunByRun() =>
        Spread.OfRatios([1, 4, 9], [2, 4, 3]).Should().Be(new Spread(1, 0.5, 3));
}
