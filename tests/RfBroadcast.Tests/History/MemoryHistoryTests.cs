namespace RfBroadcast.Tests;

public sealed class MemoryHistoryTests : IDisposable
{
    private static readonly Channel News = Channel.Public("news");
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(5);
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryBroadcaster _broadcaster;

    public MemoryHistoryTests()
    {
        var options = new BroadcastOptions();
        options.Channels.For("news", c => c.KeepHistory(5, Age)).For("other", c => c.KeepHistory(5, Age));
        _broadcaster = new MemoryBroadcaster(options, _time);
    }

    public void Dispose() => _broadcaster.Dispose();

    [Fact]
    public async Task Reading_MessageOlderThanItsAge_IsGone()
    {
        var top = await Say(1);
        _time.Advance(TimeSpan.FromMinutes(4));
        await Say(1);
        _time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        Offsets(await _broadcaster.ReadLastAsync(News, 9)).Should().Equal(1, 2);

        _time.Advance(TimeSpan.FromTicks(1));
        Offsets(await _broadcaster.ReadLastAsync(News, 9)).Should().Equal(2);
        Offsets(await _broadcaster.ReadSinceAsync(News, top)).Should().Equal(2);
        (await _broadcaster.ReadSinceAsync(News, top with { Offset = 0 })).Failure.Should().Be(RecoveryFailure.Expired);
    }

    [Fact]
    public async Task Forgetting_UnusedLog_NeverGivesAnOffsetTwice()
    {
        var connection = _broadcaster.Hub.Connect("c");
        await _broadcaster.JoinAsync(connection, News);
        var top = await Say(3);
        var late = _broadcaster.Hub.Connect("late");
        await _broadcaster.JoinAsync(late, News); // its floor is 3

        _time.Advance(Age + TimeSpan.FromHours(2));
        _time.RunningTimers.Should().Be(0, "with nothing left to sweep the clock stands still");
        (await _broadcaster.ReadSinceAsync(News, top)).Failure.Should().Be(RecoveryFailure.None, "nothing was missed");

        var next = (await _broadcaster.SayAsync(News, "next")).Position!.Value;
        await _broadcaster.Hub.DrainAsync(News);
        next.Should().Be(top with { Offset = 4 });
        connection.Offsets.Should().Equal(1, 2, 3, 4);
        late.Offsets.Should().Equal([4], "whoever is still subscribed gets it");
        Offsets(await _broadcaster.ReadSinceAsync(News, top)).Should().Equal(4);
    }

    [Fact]
    public async Task Forgetting_AnotherLog_TellsAReaderThatSomethingMayBeMissing()
    {
        var other = Channel.Public("other");
        var before = (await _broadcaster.ReadLastAsync(other, 0)).Top!.Value;
        await Say(3);
        _time.Advance(Age + TimeSpan.FromHours(2));

        (await _broadcaster.ReadSinceAsync(other, before)).Failure.Should().Be(RecoveryFailure.Expired);
        (await _broadcaster.SayAsync(other, 1)).Position!.Value.Offset.Should().Be(4);
    }

    [Fact]
    public async Task Sweeping_UsedLog_KeepsIt()
    {
        var top = await Say(3);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(50));
            top = await Say(1);
        }

        top.Offset.Should().Be(8);
        _time.RunningTimers.Should().Be(1);
    }

    private static IEnumerable<long> Offsets(ChannelHistoryPage page) => page.Messages.Select(message => message.Offset);

    private async Task<ChannelPosition> Say(int count)
    {
        ChannelPosition top = default;
        for (var i = 0; i < count; i++)
        {
            var next = (await _broadcaster.ReadLastAsync(News, 0)).Top!.Value.Offset + 1;
            top = (await _broadcaster.SayAsync(News, next)).Position!.Value;
        }

        return top;
    }
}
