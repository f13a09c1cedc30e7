namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>Attempts to connect: at once, then ever more seldom, never all nodes at the same moment, and for ever.</summary>
public sealed class BackoffTests
{
    [Fact]
    public void Next_Often_GrowsToTwoSecondsAndNoFurther()
    {
        var backoff = new Backoff();

        backoff.Next().Should().Be(TimeSpan.Zero, "the first attempt has nothing to wait for");
        foreach (var most in (int[])[100, 200, 400, 800, 1600, 2000, 2000])
        {
            backoff.Next().TotalMilliseconds.Should().BeInRange(most / 2, most);
        }

        for (var i = 0; i < 10_000; i++)
        {
            backoff.Next().TotalMilliseconds.Should().BeInRange(1000, 2000);
        }
    }

    [Fact]
    public void Next_ManyNodes_DoNotComeTogether() => Enumerable.Range(0, 100)
        .Select(_ =>
        {
            var backoff = new Backoff();
            backoff.Next();
            return backoff.Next();
        })
        .Distinct().Should().HaveCountGreaterThan(50);

    [Fact]
    public void Next_AfterASessionThatWorked_BeginsAnew()
    {
        var backoff = new Backoff();
        for (var i = 0; i < 20; i++)
        {
            backoff.Next();
        }

        backoff.Reset();

        backoff.Next().Should().Be(TimeSpan.Zero);
    }
}
