namespace RfBroadcast.Tests;

public sealed partial class MemoryPresenceTests : IDisposable
{
    private static readonly Channel Chat = Channel.Presence("chat");
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryBroadcaster _broadcaster;

    public MemoryPresenceTests() => _broadcaster = new MemoryBroadcaster(new BroadcastOptions { PresenceGrace = Grace }, _time);

    private LocalHub Hub => _broadcaster.Hub;

    public void Dispose() => _broadcaster.Dispose();

    [Fact]
    public async Task Leave_Unsubscribed_IsDoneWhenTheClientIsTold()
    {
        await Join("1", "ada");
        var bob = await Join("2", "bob");
        List<string>? told = null;
        bob.SendingControl = () => told = [.. _broadcaster.GetMembersAsync(Chat).AsTask().Result.Select(member => member.UserId)];

        await _broadcaster.UnsubscribeAsync("2", Chat);

        told.Should().Equal(["ada"], "who comes back at once, on another connection, joins anew");
    }

    [Fact]
    public async Task Leave_ConnectionClosed_WaitsForTheGracePeriod()
    {
        var ada = await Join("1", "ada");
        await Join("2", "bob");
        await _broadcaster.RemoveConnectionAsync("2", leaveAtOnce: false);

        _time.Advance(Grace - TimeSpan.FromTicks(1));
        await Hub.DrainAsync(Chat);
        ada.Edges.Should().Equal("+bob");
        (await Members()).Should().Equal("ada", "bob");

        _time.Advance(TimerWheel.Tick + TimeSpan.FromTicks(1));
        await Hub.DrainAsync(Chat);
        ada.Edges.Should().Equal("+bob", "-bob");
        (await Members()).Should().Equal("ada");
    }

    [Fact]
    public async Task Leave_NoGracePeriod_IsAtOnce()
    {
        using var broadcaster = new MemoryBroadcaster(new BroadcastOptions { PresenceGrace = TimeSpan.Zero }, _time);
        await broadcaster.SubscribeAsync("1", "presence-chat", "ada");

        await broadcaster.RemoveConnectionAsync("1", leaveAtOnce: false);

        (await broadcaster.GetMembersAsync(Chat)).Should().BeEmpty();
        _time.RunningTimers.Should().Be(0);
    }

    [Fact]
    public async Task Leave_TheLast_ForgetsTheChannel()
    {
        await Join("1", "ada");
        _broadcaster.Presence.ChannelCount.Should().Be(1);

        await _broadcaster.RemoveConnectionAsync("1", leaveAtOnce: false);
        _time.Advance(TimeSpan.FromSeconds(4));

        _broadcaster.Presence.ChannelCount.Should().Be(0);
        (await Members()).Should().BeEmpty();
    }

    /// <summary>Who is present by what a client was told; a join of somebody present or a leave of somebody absent fails.</summary>
    private static HashSet<string> Present(RecordingConnection client)
    {
        var present = new HashSet<string>();
        foreach (var frame in client.Frames)
        {
            switch (frame.Kind)
            {
                case "subscribed":
                    present = [.. frame.Members!];
                    break;
                case "joined":
                    present.Add(frame.Member!).Should().BeTrue("{0} was told of a join of {1}", client.Id, frame.Member);
                    break;
                case "left":
                    present.Remove(frame.Member!).Should().BeTrue("{0} was told of a leave of {1}", client.Id, frame.Member);
                    break;
            }
        }

        return present;
    }

    private async Task<RecordingConnection> Join(string id, string userId)
    {
        var connection = Hub.Connect(id, userId);
        await _broadcaster.JoinAsync(connection, Chat);
        return connection;
    }

    private async Task<IEnumerable<string>> Members() => (await _broadcaster.GetMembersAsync(Chat)).Select(member => member.UserId);
}
