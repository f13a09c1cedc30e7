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
}
