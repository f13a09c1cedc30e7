using System.Globalization;

namespace RfBroadcast.Benchmarks.Tests.Measuring;

public sealed class SequenceCheckTests
{
    [Theory]
    [InlineData("1 2 3 4", 0, 0, 0)]
    [InlineData("2 3", 1, 0, 0)]
    [InlineData("1 2 5 6", 2, 0, 0)]
    [InlineData("1 2 2 3", 0, 1, 0)]
    [InlineData("1 2 1 3", 0, 1, 0)]
    [InlineData("1 3 2 4", 0, 0, 1)]
    [InlineData("1 3 2 2 4", 0, 1, 1)]
    [InlineData("1 100 101", 98, 0, 0)]
    [InlineData("1 100 2", 98, 1, 0)]
    public void Take_OfNumbers_TellsLostFromRepeatedFromLate(string numbers, long lost, long repeated, long reordered)
    {
        var faults = new SequenceFaults();
        var check = new SequenceCheck(1);
        foreach (var number in numbers.Split(' '))
        {
            check.Take(long.Parse(number, CultureInfo.InvariantCulture), faults);
        }

        faults.Should().BeEquivalentTo(new { Lost = lost, Repeated = repeated, Reordered = reordered });
    }
}
