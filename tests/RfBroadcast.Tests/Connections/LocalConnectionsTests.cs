namespace RfBroadcast.Tests;

public sealed class LocalConnectionsTests : IDisposable
{
    private static readonly Channel Chat = Channel.Presence("chat");
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryBroadcaster _broadcaster;
    private readonly LocalConnections _connections;

    public LocalConnectionsTests()
    {
        _broadcaster = new MemoryBroadcaster(time: _time);
        _connections = new LocalConnections(_broadcaster.Hub, _broadcaster);
    }

    public void Dispose() => _broadcaster.Dispose();

    [Fact]
    public async Task ListAsync_Connections_ShowsUsersAndChannels()
    {
        var ada = _broadcaster.Hub.Connect("1", "ada");
        _broadcaster.Hub.Connect("2");
        await _broadcaster.JoinAsync(ada, Chat);
        await _broadcaster.SubscribeAsync("server-1", "news");

        (await _connections.ListAsync()).Should().BeEquivalentTo(
            [new ConnectionInfo("1", "ada", [Chat]), new ConnectionInfo("2", null, [])],
            "an id without a socket is no connection");
    }

    [Fact]
    public async Task DisconnectAsync_ByDefault_IsForGoodAndLeavesAtOnce()
    {
        var ada = _broadcaster.Hub.Connect("1", "ada");
        await _broadcaster.JoinAsync(ada, Chat);

        (await _connections.DisconnectAsync("1")).Should().BeTrue();

        ada.CloseCode.Should().Be(4001);
        (await _broadcaster.GetMembersAsync(Chat)).Should().BeEmpty();
        _broadcaster.Hub.ConnectionCount.Should().Be(0);
        (await _connections.DisconnectAsync("1")).Should().BeFalse();
        ada.Edges.Should().BeEmpty();
    }

    [Fact]
    public async Task DisconnectAsync_ToComeBack_KeepsTheMemberForTheGracePeriod()
    {
        var ada = _broadcaster.Hub.Connect("1", "ada");
        await _broadcaster.JoinAsync(ada, Chat);

        await _connections.DisconnectAsync("1", DisconnectReason.Reconnect);

        ada.CloseCode.Should().Be(4200);
        (await _broadcaster.GetMembersAsync(Chat)).Should().HaveCount(1);
        _time.Advance(TimeSpan.FromSeconds(4));
        (await _broadcaster.GetMembersAsync(Chat)).Should().BeEmpty();
    }

    [Fact]
    public async Task DisconnectUserAsync_SeveralConnections_DisconnectsAllOfThatUser()
    {
        var ada = new[] { _broadcaster.Hub.Connect("1", "ada"), _broadcaster.Hub.Connect("2", "ada") };
        var other = _broadcaster.Hub.Connect("3", "Ada");

        (await _connections.DisconnectUserAsync("ada", DisconnectReason.OverCapacity)).Should().Be(2);

        ada.Should().OnlyContain(connection => connection.CloseCode == 4100);
        other.CloseCode.Should().BeNull();
        (await _connections.DisconnectUserAsync("ada")).Should().Be(0);
    }
}
