namespace RfBroadcast.Tests;

public sealed class BroadcasterSubscribeExtensionsTests
{
    private readonly RecordingBroadcaster _broadcaster = new();

    [Fact]
    public async Task SubscribeAsync_Names_BecomeARequest()
    {
        await _broadcaster.SubscribeAsync("c1", "presence-x", "7", new { Name = "Ada" });

        var request = _broadcaster.Subscribed!;
        request.Should().BeEquivalentTo(new { ConnectionId = "c1", Channel = Channel.Presence("x"), UserId = "7", HasSocket = false, Last = 0 });
        request.UserInfo!.Value.GetRawText().Should().Be("""{"name":"Ada"}""");
    }

    [Fact]
    public async Task SubscribeAsync_NoInfo_IsNull()
    {
        await _broadcaster.SubscribeAsync("c1", "news");

        _broadcaster.Subscribed!.UserInfo.Should().BeNull();
    }

    [Fact]
    public async Task UnsubscribeAsync_Names_TellsThatTheAppDidIt()
    {
        await _broadcaster.UnsubscribeAsync("c1", "news");

        _broadcaster.Unsubscribed.Should().Be(("c1", Channel.Public("news"), UnsubscribeReason.ByApp));
    }

    [Fact]
    public async Task Questions_WithNames_AskForTheChannel()
    {
        _broadcaster.IsSubscribed("c1", "private-orders.7").Should().BeTrue();
        _broadcaster.IsSubscribed("c1", "orders.7").Should().BeFalse();
        (await _broadcaster.GetConnectionsAsync("news")).Should().Equal("news");
        (await _broadcaster.GetMembersAsync("presence-x")).Single().UserId.Should().Be("presence-x");
    }

    [Fact]
    public async Task EveryCall_InvalidName_Throws()
    {
        await FluentActions.Awaiting(async () => await _broadcaster.SubscribeAsync("c1", "a b")).Should().ThrowAsync<InvalidChannelException>();
        await FluentActions.Awaiting(async () => await _broadcaster.UnsubscribeAsync("c1", "a b")).Should().ThrowAsync<InvalidChannelException>();
        await FluentActions.Awaiting(async () => await _broadcaster.GetMembersAsync("a b")).Should().ThrowAsync<InvalidChannelException>();
        await FluentActions.Awaiting(async () => await _broadcaster.GetConnectionsAsync("a b")).Should().ThrowAsync<InvalidChannelException>();
        FluentActions.Invoking(() => _broadcaster.IsSubscribed("c1", "a b")).Should().Throw<InvalidChannelException>();
    }
}
