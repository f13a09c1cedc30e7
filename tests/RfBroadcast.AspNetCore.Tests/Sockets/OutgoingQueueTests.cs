using System.Runtime.InteropServices;
using static RfBroadcast.AspNetCore.Tests.Sockets.QueueFrames;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>Order, coalescing, ends. What is dropped when it is full: <see cref="OutgoingQueueOverflowTests"/>.</summary>
public sealed class OutgoingQueueTests
{
    private const int Limit = 1024 * 1024;
    private const int WriteSize = 64 * 1024;

    private static readonly ReadOnlyMemory<byte> CloseFrame = WebSocketFrame.MakeClose(CloseCode.GoingAway, "bye");

    private readonly FakeOutlet _outlet = new();
    private readonly OutgoingQueue _queue;

    public OutgoingQueueTests() => _queue = new OutgoingQueue(_outlet, NativeProtocol.WebSocket, Limit, new BroadcastMetrics(), new QueueOwner(() => { }));

    [Fact]
    public void Send_Idle_WritesTheVeryBytesAtOnce()
    {
        var slice = Slice("news", OverflowPolicy.Close, "a 1", "a 2");

        _queue.Send(slice);

        _outlet.Writes.Should().ContainSingle();
        ArrayOf(_outlet.Writes[0]).Should().BeSameAs(ArrayOf(slice.Bytes));
        _queue.QueuedBytes.Should().Be(0);
    }

    [Fact]
    public void Send_PartOfABatch_WritesOnlyThatPart()
    {
        var whole = Slice("news", OverflowPolicy.Close, "a 1", "a 2", "a 3", "a 4");

        _queue.Send(new BatchSlice(whole.Batch, 1, 2));

        _outlet.Frames.Should().Equal("a 2", "a 3");
    }

    [Fact]
    public async Task Send_WhileWriting_QueuesInOrder()
    {
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.Send(Slice("news", OverflowPolicy.Close, "a 1", "a 2"));
        _queue.SendControl(Control("c 3"));
        _queue.Send(Slice("ticks", OverflowPolicy.DropOldest, "b 4"));
        _outlet.Frames.Should().Equal("c 0");
        _queue.QueuedBytes.Should().Be(4 * Size);

        _outlet.Unblock();

        await WrittenAsync(5);
        _outlet.Frames.Should().Equal("c 0", "a 1", "a 2", "c 3", "b 4");
        _queue.QueuedBytes.Should().Be(0);
    }

    [Fact]
    public async Task Send_ManySmallWhileWriting_CoalescesThemUpTo64KiB()
    {
        _outlet.Block();
        for (var i = 0; i <= 200; i++)
        {
            _queue.SendControl(Control($"c {i}"));
        }

        _outlet.Unblock();

        await WrittenAsync(201);
        _outlet.Frames.Should().Equal(Enumerable.Range(0, 201).Select(i => $"c {i}"));
        _outlet.Writes.Should().HaveCount(1 + 4); // 65 a write
        _outlet.Writes.Should().OnlyContain(write => write.Length <= WriteSize);
    }

    [Fact]
    public async Task Send_OneLargeWhileWriting_IsWrittenWithoutACopy()
    {
        var large = Control("large", 100_000);
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.SendControl(large);
        _queue.SendControl(Control("c 2"));

        _outlet.Unblock();

        await WrittenAsync(3);
        _outlet.Frames.Should().Equal("c 0", "large", "c 2");
        ArrayOf(_outlet.Writes[1]).Should().BeSameAs(ArrayOf(large));
    }

    [Fact]
    public async Task Send_LargeBehindSmall_IsNotPutIntoTheSameWrite()
    {
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.SendControl(Control("c 1"));
        _queue.SendControl(Control("large", WriteSize));
        _queue.SendControl(Control("c 3"));

        _outlet.Unblock();

        await WrittenAsync(4);
        _outlet.Frames.Should().Equal("c 0", "c 1", "large", "c 3");
        _outlet.Writes.Should().OnlyContain(write => write.Length <= WriteSize);
    }

    [Fact]
    public async Task Send_AfterAllWasWritten_WritesAtOnceAgain()
    {
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.SendControl(Control("c 1"));
        _outlet.Unblock();
        await WrittenAsync(2);

        // The drain may still be about to rest, so this one goes at once or just behind.
        _queue.SendControl(Control("c 2"));

        await WrittenAsync(3);
        _outlet.Frames.Should().Equal("c 0", "c 1", "c 2");
    }

    [Fact]
    public async Task SendStart_Idle_WritesAllInOrder()
    {
        _queue.SendStart(Control("subscribed"), Missed("news", "a 1", "a 2", "a 3"), Started("news"));

        await WrittenAsync(4);
        _outlet.Frames.Should().Equal("subscribed", "a 1", "a 2", "a 3");
    }

    [Fact]
    public async Task SendStart_WhileWriting_IsNotWrittenTogetherWithWhatIsBefore()
    {
        _outlet.Block();
        _queue.SendControl(Control("first"));
        _queue.Send(Slice("orders", OverflowPolicy.Close, "o 1"));
        _queue.SendStart(Control("subscribed"), Missed("news", "a 1"), Started("news"));

        _outlet.Unblock();

        await WrittenAsync(4);
        _outlet.Frames.Should().Equal("first", "o 1", "subscribed", "a 1");
        _outlet.Writes.Should().HaveCount(4); // a position told with "o 1" could not have "news" in it yet
    }

    [Fact]
    public async Task SendStart_ManyAtOnceFromSeveralThreads_NothingComesBetween()
    {
        var queue = new OutgoingQueue(_outlet, NativeProtocol.WebSocket, int.MaxValue, new BroadcastMetrics(), new QueueOwner(() => { }));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                queue.SendStart(Control($"start {thread}"), Missed("news", $"first {thread}", $"second {thread}"), Started("news"));
            }
        })));

        await WrittenAsync(4 * 500 * 3);
        foreach (var run in _outlet.Frames.Chunk(3))
        {
            var thread = run[0].Split(' ')[1];
            run.Should().Equal($"start {thread}", $"first {thread}", $"second {thread}");
        }
    }

    [Fact]
    public async Task Close_Idle_WritesTheCloseAndFinishes()
    {
        _queue.Close(CloseFrame, discardQueued: false).Should().BeTrue();

        _outlet.Frames.Should().Equal("close 1001");
        await _queue.Finished.InTimeAsync();
    }

    [Fact]
    public async Task Close_WhileWriting_ComesAfterWhatIsQueued()
    {
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.SendControl(Control("c 1"));
        _queue.Close(CloseFrame, discardQueued: false);
        _queue.SendControl(Control("too late"));
        _queue.Send(Slice("news", OverflowPolicy.Close, "too late"));
        _queue.SendStart(Control("too late"), Missed("news", "too late"), Started("news"));
        _queue.Finished.IsCompleted.Should().BeFalse();

        _outlet.Unblock();

        await _queue.Finished.InTimeAsync();
        _outlet.Frames.Should().Equal("c 0", "c 1", "close 1001");
    }

    [Fact]
    public async Task Close_DiscardingQueued_FinishesTheWriteUnderWayAndThenCloses()
    {
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.SendControl(Control("c 1"));
        _queue.Close(CloseFrame, discardQueued: true);
        _queue.QueuedBytes.Should().Be(CloseFrame.Length);

        _outlet.Unblock();

        await _queue.Finished.InTimeAsync();
        _outlet.Frames.Should().Equal("c 0", "close 1001");
    }

    [Fact]
    public void Close_ASecondTime_IsRefused()
    {
        _queue.Close(CloseFrame, discardQueued: false);

        _queue.Close(WebSocketFrame.MakeClose(CloseCode.TooSlow, ""), discardQueued: true).Should().BeFalse();

        _outlet.Frames.Should().Equal("close 1001");
    }

    [Fact]
    public async Task Abort_Idle_Finishes()
    {
        _queue.Abort();

        await _queue.Finished.InTimeAsync();
        _outlet.Aborts.Should().Be(1);
        _queue.SendControl(Control("too late"));
        _outlet.Frames.Should().BeEmpty();
        _queue.Close(CloseFrame, discardQueued: false).Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Abort_WhileAWriteWaits_EndsItAndForgetsTheRest(bool isClosing)
    {
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.SendControl(Control("c 1"));
        if (isClosing)
        {
            _queue.Close(CloseFrame, discardQueued: false);
        }

        _queue.Abort();

        await _queue.Finished.InTimeAsync();
        _outlet.Aborts.Should().BePositive();
        _outlet.Frames.Should().Equal("c 0");
        _queue.QueuedBytes.Should().Be(0);
    }

    [Fact]
    public async Task Send_OutletThrows_AbortsAndFinishes()
    {
        _outlet.Fault = new IOException("gone");

        _queue.SendControl(Control("c 0"));

        await _queue.Finished.InTimeAsync();
        _outlet.Aborts.Should().Be(1);
    }

    [Fact]
    public async Task Send_AWriteThatWaitedFails_AbortsAndFinishes()
    {
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.SendControl(Control("c 1"));

        _outlet.Abort(); // as the server does when the client resets

        await _queue.Finished.InTimeAsync();
        _queue.QueuedBytes.Should().Be(0);
    }

    [Fact]
    public async Task Send_ALaterWriteThrows_AbortsAndFinishes()
    {
        _outlet.Block();
        _queue.SendControl(Control("c 0"));
        _queue.SendControl(Control("c 1"));
        _outlet.Fault = new ObjectDisposedException("stream");

        _outlet.Unblock();

        await _queue.Finished.InTimeAsync();
        _outlet.Frames.Should().Equal("c 0");
    }

    [Fact]
    public void Send_Idle_AllocatesNothing()
    {
        var queue = new OutgoingQueue(new SilentOutlet(), NativeProtocol.WebSocket, Limit, new BroadcastMetrics(), new QueueOwner(() => { }));
        var slice = Slice("news", OverflowPolicy.Close, "a 1", "a 2");
        var control = Control("c");
        void SendSome()
        {
            for (var i = 0; i < 1000; i++)
            {
                queue.Send(slice);
                queue.SendControl(control);
            }
        }

        SendSome();
        var before = GC.GetAllocatedBytesForCurrentThread();
        SendSome();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public async Task Send_FromEightThreads_KeepsEachThreadsOrder()
    {
        const int Threads = 8;
        const int Each = 2000;
        var outlet = new YieldingOutlet();
        var queue = new OutgoingQueue(outlet, NativeProtocol.WebSocket, int.MaxValue, new BroadcastMetrics(), new QueueOwner(() => { }));
        using var barrier = new Barrier(Threads);

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait();
                for (var i = 0; i < Each; i++)
                {
                    if (i % 2 == 0)
                    {
                        queue.SendControl(Control($"{thread} {i}", 150));
                    }
                    else
                    {
                        queue.Send(Slice("news", OverflowPolicy.Close, $"{thread} {i}"));
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        queue.Close(CloseFrame, discardQueued: false);

        await queue.Finished.InTimeAsync();
        outlet.Overlapped.Should().BeFalse();
        var frames = outlet.Frames;
        frames.Should().HaveCount((Threads * Each) + 1);
        frames[^1].Should().Be("close 1001");
        foreach (var thread in frames.SkipLast(1).Select(frame => frame.Split(' ')).GroupBy(parts => parts[0]))
        {
            thread.Select(parts => parts[1]).Should().Equal(Enumerable.Range(0, Each).Select(i => $"{i}"));
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Close_RacedWithSends_IsTheLastFrameAndFinishes(bool discards, bool aborts)
    {
        for (var round = 0; round < 300; round++)
        {
            var outlet = new YieldingOutlet();
            var queue = new OutgoingQueue(outlet, NativeProtocol.WebSocket, Limit, new BroadcastMetrics(), new QueueOwner(() => { }));
            using var barrier = new Barrier(3);
            void SendSome()
            {
                barrier.SignalAndWait();
                for (var i = 0; i < 20; i++)
                {
                    queue.SendControl(Control("c", 150));
                }
            }

            void End()
            {
                barrier.SignalAndWait();
                queue.Close(CloseFrame, discards);
                if (aborts)
                {
                    queue.Abort();
                }
            }

            await Task.WhenAll(Task.Run(SendSome), Task.Run(SendSome), Task.Run(End)).InTimeAsync();
            await queue.Finished.InTimeAsync();

            outlet.Overlapped.Should().BeFalse();
            if (!aborts)
            {
                outlet.Frames.Should().ContainSingle(frame => frame == "close 1001");
                outlet.Frames[^1].Should().Be("close 1001");
            }
        }
    }

    private static byte[] ArrayOf(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) ? segment.Array! : throw new InvalidOperationException("no array behind it");

    private static void Fill(OutgoingQueue queue, int frames)
    {
        for (var i = 0; i < frames; i++)
        {
            queue.SendControl(Control($"c {i}"));
        }
    }

    private Task WrittenAsync(int frames) => Wait.UntilAsync(() => _outlet.Frames.Count == frames, $"{frames} frames are written");

    private sealed class SilentOutlet : IFrameOutlet
    {
        public bool SendsPings => true;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> frames) => default;

        public void Abort()
        {
        }
    }
}
