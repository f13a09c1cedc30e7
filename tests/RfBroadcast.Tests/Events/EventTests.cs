namespace RfBroadcast.Tests;

public sealed class EventTests
{
    [Fact]
    public void BroadcastAs_ByDefault_IsTheNameOfTheType() => ((IEvent)new OrderShipped(7, "DHL")).BroadcastAs().Should().Be("OrderShipped");

    [Fact]
    public void BroadcastAs_GenericType_IsItsNameWithoutTheArity() => ((IEvent)new Changed<int>(1)).BroadcastAs().Should().Be("Changed");

    [Fact]
    public void Defaults_OfAnEvent_SendItselfAlways()
    {
        IEvent broadcast = new OrderShipped(7, "DHL");

        broadcast.BroadcastWith().Should().BeSameAs(broadcast);
        broadcast.BroadcastWhen().Should().BeTrue();
    }

    [Fact]
    public void SimpleEvent_Made_SaysWhatItWasGiven()
    {
        var channels = new[] { Channel.Public("a"), Channel.Public("b") };
        IEvent broadcast = new SimpleEvent("x", 5, channels);
        channels[0] = Channel.Public("c");

        broadcast.BroadcastAs().Should().Be("x");
        broadcast.BroadcastWith().Should().Be(5);
        broadcast.BroadcastOn().Should().Equal([Channel.Public("a"), Channel.Public("b")], "it keeps its own copy");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void SimpleEvent_WithoutAName_Throws(string? name) =>
        FluentActions.Invoking(() => new SimpleEvent(name!, null)).Should().Throw<ArgumentException>();
}
