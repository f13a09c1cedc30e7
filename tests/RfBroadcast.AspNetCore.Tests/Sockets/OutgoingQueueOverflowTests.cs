using static RfBroadcast.AspNetCore.Tests.Sockets.QueueFrames;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>What goes when the queue is full. The queue takes ten frames; the first one sent is being written and does not count.</summary>
public sealed class OutgoingQueueOverflowTests
{
    private const int Limit = 10 * Size;

    private readonly FakeOutlet _outlet = new();
    private readonly OutgoingQueue _queue;
    private int _tooSlow;

    public OutgoingQueueOverflowTests()
    {
        _queue = new OutgoingQueue(_outlet, NativeProtocol.WebSocket, Limit, new BroadcastMetrics(), new QueueOwner(() => _tooSlow++));
        _outlet.Block();
        _queue.SendControl(Control("first"));
    }

    [Fact]
    public async Task Close_FullButNotOver_StaysOpen()
    {
        Send("news", OverflowPolicy.Close, Names("a", 1, 10));

        _tooSlow.Should().Be(0);
        (await WrittenAsync()).Should().Equal(["first", .. Names("a", 1, 10)]);
    }

    [Fact]
    public async Task Close_Over_IsTooSlowAndOnlyTheFrameUnderWayAndTheCloseLeave()
    {
        var queue = default(OutgoingQueue);
        var outlet = new FakeOutlet();
        queue = new OutgoingQueue(outlet, NativeProtocol.WebSocket, Limit, new BroadcastMetrics(), new QueueOwner(() => queue!.Close(WebSocketFrame.MakeClose(CloseCode.TooSlow, "too slow"), discardQueued: true)));
        outlet.Block();
        queue.SendControl(Control("first"));
        foreach (var name in Names("a", 1, 12))
        {
            queue.Send(Slice("news", OverflowPolicy.Close, name));
        }

        outlet.Unblock();

        await queue.Finished.InTimeAsync();
        outlet.Frames.Should().Equal("first", "close 4103");
    }

    [Fact]
    public void Close_OneFrameLargerThanTheQueueWhileWriting_IsTooSlow()
    {
        _queue.SendControl(Control("large", Limit + 1));

        _tooSlow.Should().Be(1);
    }

    [Fact]
    public async Task DropOldest_Over_DropsTheOldestToThreeQuartersAndTellsWhere()
    {
        Send("ticks", OverflowPolicy.DropOldest, Names("t", 1, 11));

        _queue.QueuedBytes.Should().BeLessThan(Limit * 3 / 4);
        (await WrittenAsync()).Should().Equal(["first", Gap("ticks", 4), .. Names("t", 5, 11)]);
        _tooSlow.Should().Be(0);
    }

    [Fact]
    public async Task DropOldest_OverAgain_CountsOnInTheSameGap()
    {
        Send("ticks", OverflowPolicy.DropOldest, Names("t", 1, 100));

        var frames = await WrittenAsync();
        frames.Count(frame => frame.Contains("gap", StringComparison.Ordinal)).Should().Be(1);
        var kept = frames.Skip(2).ToList();
        kept.Should().Equal(Names("t", 101 - kept.Count, 100));
        frames[1].Should().Be(Gap("ticks", 100 - kept.Count));
    }

    [Fact]
    public async Task DropOldest_GapAlreadyWritten_MakesANewOne()
    {
        Send("ticks", OverflowPolicy.DropOldest, Names("t", 1, 11));
        _outlet.ReleaseOne(); // takes the gap and all behind it
        await Wait.UntilAsync(() => _outlet.Writes.Count == 2, "the second write");
        Send("ticks", OverflowPolicy.DropOldest, Names("t", 12, 22));

        (await WrittenAsync()).Should().Equal(
            ["first", Gap("ticks", 4), .. Names("t", 5, 11), Gap("ticks", 4), .. Names("t", 16, 22)]);
    }

    [Fact]
    public async Task DropOldest_InsideASlice_KeepsTheRestOfIt()
    {
        _queue.Send(Slice("ticks", OverflowPolicy.DropOldest, Names("t", 1, 6)));
        _queue.Send(Slice("ticks", OverflowPolicy.DropOldest, Names("t", 7, 12)));

        (await WrittenAsync()).Should().Equal(["first", Gap("ticks", 5), .. Names("t", 6, 12)]);
    }

    [Fact]
    public async Task DropOldest_TwoChannels_EachHasItsGapWhereItsFramesWere()
    {
        for (var i = 1; i <= 6; i++)
        {
            Send("ticks", OverflowPolicy.DropOldest, $"t {i}");
            Send("quotes", OverflowPolicy.DropOldest, $"q {i}");
        }

        // Over at the eleventh: t1 q1 t2 q2 go.
        (await WrittenAsync()).Should().Equal(
            "first", Gap("ticks", 2), Gap("quotes", 2), "t 3", "q 3", "t 4", "q 4", "t 5", "q 5", "t 6", "q 6");
    }

    [Fact]
    public async Task DropOldest_OtherFramesFillTheQueue_GivesWayToThem()
    {
        Send("ticks", OverflowPolicy.DropOldest, Names("t", 1, 5));
        Send("news", OverflowPolicy.Close, Names("a", 1, 4));
        _queue.SendControl(Control("c 1"));
        _queue.SendControl(Control("c 2"));

        (await WrittenAsync()).Should().Equal(["first", Gap("ticks", 4), "t 5", .. Names("a", 1, 4), "c 1", "c 2"]);
        _tooSlow.Should().Be(0);
    }

    [Fact]
    public async Task DropOldest_EdgesAndControlFrames_AreNeverDropped()
    {
        Send("presence-room", OverflowPolicy.DropOldest, "+7", "t 1");
        _queue.SendControl(Control("c 1"));
        Send("presence-room", OverflowPolicy.DropOldest, "t 2", "-7", "t 3", "t 4", "t 5", "t 6", "t 7", "t 8");

        (await WrittenAsync()).Should().Equal(
            "first", "+7", Gap("presence-room", 4), "c 1", "-7", "t 5", "t 6", "t 7", "t 8");
    }

    [Fact]
    public void DropOldest_NothingLeftToDrop_IsTooSlow()
    {
        Send("presence-room", OverflowPolicy.DropOldest, [.. Names("+", 1, 7), "t 1", "t 2"]);
        _queue.SendControl(Control("c 1"));
        _tooSlow.Should().Be(0);

        _queue.SendControl(Control("c 2"));
        _tooSlow.Should().Be(0);

        _queue.SendControl(Control("c 3"));
        _tooSlow.Should().Be(1);
    }

    [Fact]
    public async Task Latest_Over_KeepsTheNewestOfEachEvent()
    {
        Send("prices", OverflowPolicy.Latest, "bid 1", "ask 1", "bid 2", "ask 2");
        Send("news", OverflowPolicy.Close, "a 1");
        Send("prices", OverflowPolicy.Latest, "bid 3", "ask 3", "bid 4", "ask 4");
        _queue.SendControl(Control("c 1"));
        Send("prices", OverflowPolicy.Latest, "bid 5");

        (await WrittenAsync()).Should().Equal("first", Gap("prices", 7), "a 1", "ask 4", "c 1", "bid 5");
    }

    [Fact]
    public async Task Latest_SameEventOfAnotherChannel_IsNotReplacedByIt()
    {
        Send("prices.1", OverflowPolicy.Latest, "bid 1");
        Send("prices.2", OverflowPolicy.Latest, Names("bid", 2, 11));

        (await WrittenAsync()).Should().Equal("first", "bid 1", Gap("prices.2", 9), "bid 11");
    }

    [Fact]
    public async Task Latest_InsideASlice_TellsWhereTheFirstWas()
    {
        _queue.Send(Slice("prices", OverflowPolicy.Latest, "open 1", "bid 1", "ask 1", "bid 2", "high 1", "bid 3", "low 1"));
        Send("news", OverflowPolicy.Close, Names("a", 1, 4));

        (await WrittenAsync()).Should().Equal(
            ["first", "open 1", Gap("prices", 2), "ask 1", "high 1", "bid 3", "low 1", .. Names("a", 1, 4)]);
    }

    [Fact]
    public async Task Latest_OverAgain_CountsOnInTheSameGap()
    {
        Send("prices", OverflowPolicy.Latest, Names("bid", 1, 100));

        var frames = await WrittenAsync();
        var kept = frames.Skip(2).ToList();
        kept.Should().Equal(Names("bid", 101 - kept.Count, 100));
        frames[1].Should().Be(Gap("prices", 100 - kept.Count));
    }

    [Fact]
    public void Latest_ManyEventsOfOneFrame_IsTooSlow()
    {
        for (var i = 0; i < 11; i++)
        {
            Send("prices", OverflowPolicy.Latest, $"bid{i} 1");
        }

        _tooSlow.Should().Be(1);
    }

    [Fact]
    public async Task SendStart_Over_DropsToo()
    {
        Send("ticks", OverflowPolicy.DropOldest, Names("t", 1, 10));
        _queue.SendStart(Control("subscribed"), Missed("news", Names("a", 1, 3)), Started("news"));

        var written = await WrittenAsync();
        written.Should().StartWith(["first", Gap("ticks", 4)]).And.EndWith(["subscribed", .. Names("a", 1, 3)]);
    }

    [Fact]
    public async Task SendStart_MoreMissedThanTheLimit_IsNotTooSlow()
    {
        Send("news", OverflowPolicy.Close, "n 1");
        _queue.SendStart(Control("subscribed"), Missed("orders", Names("o", 1, 500)), Started("orders"));
        Send("news", OverflowPolicy.Close, "n 2");

        (await WrittenAsync()).Should().Equal(["first", "n 1", "subscribed", .. Names("o", 1, 500), "n 2"]);
        _tooSlow.Should().Be(0);
    }

    [Fact]
    public async Task Close_DiscardingWhatWasMissed_StopsIt()
    {
        _queue.SendStart(Control("subscribed"), Missed("orders", Names("o", 1, 500)), Started("orders"));
        _queue.Close(WebSocketFrame.MakeClose(CloseCode.TooSlow, "too slow"), discardQueued: true);

        _outlet.Unblock();
        await _queue.Finished.InTimeAsync();
        _outlet.Frames.Should().Equal("first", "close 4103");
    }

    private static string[] Names(string what, int first, int last) =>
        [.. Enumerable.Range(first, last - first + 1).Select(i => $"{what} {i}")];

    private void Send(string channel, OverflowPolicy overflow, params string[] frames)
    {
        foreach (var frame in frames)
        {
            _queue.Send(Slice(channel, overflow, frame));
        }
    }

    /// <summary>Everything that leaves once the outlet writes again.</summary>
    private async Task<IReadOnlyList<string>> WrittenAsync()
    {
        _queue.Close(WebSocketFrame.MakeClose(CloseCode.GoingAway, ""), discardQueued: false);
        _outlet.Unblock();
        await _queue.Finished.InTimeAsync();
        return [.. _outlet.Frames.SkipLast(1)];
    }
}
