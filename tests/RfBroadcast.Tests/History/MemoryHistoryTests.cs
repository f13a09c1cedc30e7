using System.Text;

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
    public async Task ReadLastAsync_NothingPublished_IsEmptyAtZero()
    {
        var page = await _broadcaster.ReadLastAsync(News, 10);

        page.Messages.Should().BeEmpty();
        page.Top!.Value.Offset.Should().Be(0);
        (await _broadcaster.ReadSinceAsync(News, page.Top.Value)).Failure.Should().Be(RecoveryFailure.None);
        (await _broadcaster.SayAsync(News, 1)).Position!.Value.Epoch.Should().Be(page.Top.Value.Epoch, "who was there before the first message recovers too");
    }

    [Fact]
    public async Task ReadLastAsync_MoreThanKept_GivesTheNewestOldestFirst()
    {
        await Say(8);

        Offsets(await _broadcaster.ReadLastAsync(News, 3)).Should().Equal(6, 7, 8);
        Offsets(await _broadcaster.ReadLastAsync(News, 100)).Should().Equal([4, 5, 6, 7, 8], "five are kept");
        var none = await _broadcaster.ReadLastAsync(News, 0);
        none.Messages.Should().BeEmpty();
        none.Top!.Value.Offset.Should().Be(8);
        Encoding.UTF8.GetString((await _broadcaster.ReadLastAsync(News, 1)).Messages[0].Data.Span).Should().Be("8");
    }

    [Fact]
    public async Task ReadLastAsync_ChannelWithoutHistory_HasNoPosition()
    {
        (await _broadcaster.ReadLastAsync(Channel.Public("x"), 3)).Should().BeEquivalentTo(new { Top = (ChannelPosition?)null, Failure = RecoveryFailure.NoHistory });
        (await _broadcaster.ReadSinceAsync(Channel.Public("x"), new ChannelPosition("e", 1))).Failure.Should().Be(RecoveryFailure.NoHistory);
    }

    [Fact]
    public async Task ReadSinceAsync_Position_GivesAllOrTheReason()
    {
        var top = await Say(8);

        Offsets(await _broadcaster.ReadSinceAsync(News, top with { Offset = 6 })).Should().Equal(7, 8);
        Offsets(await _broadcaster.ReadSinceAsync(News, top with { Offset = 3 })).Should().Equal(4, 5, 6, 7, 8);
        (await _broadcaster.ReadSinceAsync(News, top)).Should().BeEquivalentTo(new { Top = top, Failure = RecoveryFailure.None });
        await Failure(top with { Offset = 2 }, RecoveryFailure.Expired);
        await Failure(top with { Offset = 9 }, RecoveryFailure.Epoch);
        await Failure(top with { Offset = -1 }, RecoveryFailure.Epoch);
        await Failure(top with { Epoch = "other" }, RecoveryFailure.Epoch);

        async Task Failure(ChannelPosition since, RecoveryFailure failure)
        {
            var page = await _broadcaster.ReadSinceAsync(News, since);
            page.Failure.Should().Be(failure);
            page.Messages.Should().BeEmpty();
            page.Top.Should().Be(top);
        }
    }

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

    [Fact]
    public async Task Append_FromManyThreads_PostsInTheOrderOfOffsets()
    {
        var connection = _broadcaster.Hub.Connect("c");
        await _broadcaster.JoinAsync(connection, News);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await Say(250)))).InTimeAsync();
        await _broadcaster.Hub.DrainAsync(News);

        connection.Offsets.Should().Equal(Enumerable.Range(1, 1000).Select(i => (long)i));
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
