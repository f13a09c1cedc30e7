namespace RfBroadcast.Tests;

public sealed class BroadcasterPublishExtensionsTests
{
    private readonly RecordingBroadcaster _broadcaster = new();

    private BroadcastRequest Sent => _broadcaster.Request!;

    [Fact]
    public async Task BroadcastAsync_Event_NamesNoTarget()
    {
        await _broadcaster.BroadcastAsync(new OrderShipped(7, "DHL"));

        Sent.Should().BeEquivalentTo(new BroadcastRequest { Event = new OrderShipped(7, "DHL") });
    }

    [Fact]
    public async Task BroadcastAsync_ChannelAndEvent_GoesThereInstead()
    {
        await _broadcaster.BroadcastAsync("private-x", new OrderShipped(7, "DHL"));
        Sent.Channels.Should().Equal(Channel.Private("x"));

        await _broadcaster.BroadcastAsync(Channel.Public("y"), new OrderShipped(7, "DHL"));
        Sent.Channels.Should().Equal(Channel.Public("y"));
    }

    [Fact]
    public async Task BroadcastToChannelAsync_NameAndData_GoesToTheWireName()
    {
        await _broadcaster.BroadcastToChannelAsync("presence-x", "shipped", 5);

        Sent.Event.BroadcastOn().Should().Equal(Channel.Presence("x"));
        Sent.Event.BroadcastAs().Should().Be("shipped");
        Sent.Event.BroadcastWith().Should().Be(5);
    }

    [Fact]
    public async Task BroadcastToUserAsync_Id_GoesToTheUsersChannel()
    {
        await _broadcaster.BroadcastToUserAsync("auth0|1", "x", null);

        Sent.Event.BroadcastOn().Should().Equal(Channel.User("auth0|1"));
    }

    [Fact]
    public async Task BroadcastToOrganizationAsync_Id_NamesTheOrganization()
    {
        await _broadcaster.BroadcastToOrganizationAsync("9", "x", 1);

        Sent.Organizations.Should().Equal("9");
        Sent.Event.BroadcastWith().Should().Be(1);
    }

    [Fact]
    public async Task NotifyUserAsync_Texts_AreANotification()
    {
        await _broadcaster.NotifyUserAsync("7", "Title", "Text", "/orders/7");

        Sent.Event.BroadcastOn().Should().Equal(Channel.User("7"));
        Sent.Event.BroadcastAs().Should().Be("notification");
        Sent.Event.BroadcastWith().Should().Be(new UserNotification("Title", "Text", "/orders/7"));
    }

    [Fact]
    public async Task SystemAlertAsync_Text_IsAnAlert()
    {
        await _broadcaster.SystemAlertAsync("warning", "Down at 5", actionRequired: true);

        Sent.SystemAlerts.Should().BeTrue();
        Sent.Event.BroadcastAs().Should().Be("system.alert");
        Sent.Event.BroadcastWith().Should().Be(new SystemAlert("warning", "Down at 5", true));
    }

    [Fact]
    public void IdempotencyKey_OfWrongLength_Throws()
    {
        foreach (var length in new[] { 0, 201 })
        {
            FluentActions.Invoking(() => new BroadcastRequest { Event = new OrderShipped(1, ""), IdempotencyKey = new string('k', length) })
                .Should().Throw<ArgumentException>().WithMessage("*1 to 200*");
        }

        new BroadcastRequest { Event = new OrderShipped(1, ""), IdempotencyKey = new string('k', 200) }.IdempotencyKey.Should().HaveLength(200);
    }
}
