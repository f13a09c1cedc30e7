namespace RfBroadcast.Tests;

/// <summary>What the documentation shows first, line by line.</summary>
public sealed class ClassicUsageTests
{
    [Fact]
    public async Task MemoryBroadcaster_WithoutAContainer_BroadcastsASimpleEvent()
    {
        using var broadcaster = new MemoryBroadcaster();

        var receipt = await broadcaster.BroadcastAsync(new SimpleEvent("user.created", new { Id = 1 }, Channel.Public("users")));

        receipt.Channels.Should().ContainSingle().Which.Should().Be(new ChannelReceipt(Channel.Public("users"), Position: null, LocalSubscribers: 0));
    }

    [Fact]
    public async Task SubscribeAsync_IdWithoutASocket_IsSubscribedUntilUnsubscribed()
    {
        using var broadcaster = new MemoryBroadcaster();

        (await broadcaster.SubscribeAsync("conn-1", "news")).Should().Be(SubscribeOutcome.Subscribed);
        broadcaster.IsSubscribed("conn-1", "news").Should().BeTrue();
        (await broadcaster.GetConnectionsAsync("news")).Should().Equal("conn-1");

        (await broadcaster.UnsubscribeAsync("conn-1", "news")).Should().BeTrue();
        broadcaster.IsSubscribed("conn-1", "news").Should().BeFalse();
        (await broadcaster.GetConnectionsAsync("news")).Should().BeEmpty();
        (await broadcaster.UnsubscribeAsync("conn-1", "news")).Should().BeFalse();
    }

    [Fact]
    public async Task SubscribeAsync_UserOnAPresenceChannel_IsTheOneMember()
    {
        using var broadcaster = new MemoryBroadcaster();

        await broadcaster.SubscribeAsync("conn-1", "presence-chat.1", userId: "7", userInfo: new { Name = "Ada" });

        var member = (await broadcaster.GetMembersAsync("presence-chat.1")).Should().ContainSingle().Subject;
        member.UserId.Should().Be("7");
        member.UserInfo!.Value.GetProperty("name").GetString().Should().Be("Ada");
    }

    [Fact]
    public async Task SubscribeAsync_PresenceWithoutAUser_Throws()
    {
        using var broadcaster = new MemoryBroadcaster();

        var subscribe = async () => await broadcaster.SubscribeAsync("conn-1", "presence-chat.1");

        var fault = (await subscribe.Should().ThrowAsync<AuthorizationFailedException>()).Which;
        fault.Channel.Should().Be(Channel.Presence("chat.1"));
        fault.Message.Should().Contain("conn-1").And.Contain("presence-chat.1");
        broadcaster.IsSubscribed("conn-1", "presence-chat.1").Should().BeFalse();
        broadcaster.Hub.ChannelCount.Should().Be(0);
    }
}
