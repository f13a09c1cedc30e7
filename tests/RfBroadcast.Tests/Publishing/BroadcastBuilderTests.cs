namespace RfBroadcast.Tests;

public sealed class BroadcastBuilderTests
{
    private readonly RecordingBroadcaster _broadcaster = new();

    private BroadcastRequest Sent => _broadcaster.Request!;

    [Fact]
    public async Task SendAsync_NameAndData_IsASimpleEventOnTheChannels()
    {
        await _broadcaster.To("orders.7", "private-orders.8").Event("shipped").With(new { Id = 7 }).SendAsync();

        Sent.Channels.Should().Equal(Channel.Public("orders.7"), Channel.Private("orders.8"));
        Sent.Event.BroadcastAs().Should().Be("shipped");
        Sent.Event.BroadcastWith().Should().BeEquivalentTo(new { Id = 7 });
        Sent.Except.Should().Be(SenderExclusion.None);
    }

    [Fact]
    public async Task SendAsync_EveryTarget_IsInTheRequest()
    {
        await _broadcaster.To(Channel.Public("a")).To("b").ToPrivate("c").ToPresence("d", "e").ToUser("7", "8").ToOrganization("9").ToConnection("c1")
            .Event(new OrderShipped(7, "DHL")).SendAsync();

        Sent.Channels.Select(channel => channel.WireName).Should().Equal("a", "b", "private-c", "presence-d", "presence-e");
        Sent.Users.Should().Equal("7", "8");
        Sent.Organizations.Should().Equal("9");
        Sent.ConnectionId.Should().Be("c1");
        Sent.Event.Should().Be(new OrderShipped(7, "DHL"));
    }

    [Fact]
    public async Task SendAsync_Everything_IsInTheRequest()
    {
        using var cancellation = new CancellationTokenSource();

        await _broadcaster.ToPrivate("a").Event("x").Except("c1").WithIdempotencyKey("k").Via("log").Via("null").SendAsync(cancellation.Token);

        Sent.Event.BroadcastWith().Should().BeNull();
        Sent.Except.Should().Be(SenderExclusion.Connection("c1"));
        Sent.IdempotencyKey.Should().Be("k");
        Sent.Drivers.Should().Equal("log", "null");
        _broadcaster.Token.Should().Be(cancellation.Token);
    }

    [Fact]
    public async Task ToOthers_Sent_LeavesOutTheCurrentSender()
    {
        await _broadcaster.ToPresence("a").Event("x").ToOthers().SendAsync();

        Sent.Except.Should().Be(SenderExclusion.Current);
    }

    [Fact]
    public async Task StartingCalls_OfEachKind_StartABroadcast()
    {
        await _broadcaster.ToUser("7").Event("x").SendAsync();
        Sent.Users.Should().Equal("7");
        await _broadcaster.ToOrganization("7").Event("x").SendAsync();
        Sent.Organizations.Should().Equal("7");
        await _broadcaster.ToConnection("7").Event("x").SendAsync();
        Sent.ConnectionId.Should().Be("7");
        await _broadcaster.ToPresence("7").Event("x").SendAsync();
        Sent.Channels.Should().Equal(Channel.Presence("7"));
    }

    [Fact]
    public async Task SendAsync_NoEvent_SaysWhatIsMissing() =>
        await FluentActions.Awaiting(async () => await _broadcaster.To("a").With(1).SendAsync())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*Event(*");

    [Fact]
    public async Task Event_GivenTwice_TheLastOneCounts()
    {
        await _broadcaster.To("a").Event(new OrderShipped(7, "x")).Event("named").SendAsync();
        Sent.Event.BroadcastAs().Should().Be("named");
        await _broadcaster.To("a").Event("named").Event(new OrderShipped(7, "x")).SendAsync();
        Sent.Event.Should().Be(new OrderShipped(7, "x"));
    }

    [Fact]
    public void To_InvalidName_ThrowsAtOnce()
    {
        FluentActions.Invoking(() => _broadcaster.To("a b")).Should().Throw<InvalidChannelException>();
        FluentActions.Invoking(() => _broadcaster.ToPrivate("")).Should().Throw<InvalidChannelException>();
    }

    [Fact]
    public void WithIdempotencyKey_Empty_Throws() =>
        FluentActions.Invoking(() => _broadcaster.To("a").WithIdempotencyKey("")).Should().Throw<ArgumentException>();
}
