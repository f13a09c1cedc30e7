using System.Buffers;
using Microsoft.Extensions.Options;

namespace RfBroadcast.Tests;

/// <summary>Publishing allocates per message, never per delivery. Alone, because it counts what its pump allocates.</summary>
public sealed class FanOutAllocationTests
{
    private static readonly Channel News = Channel.Public("news");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_ToAThousandConnections_AllocatesAsMuchAsToOne(bool leavesOneOut)
    {
        var one = await MeasureAsync(1, leavesOneOut);
        var thousand = await MeasureAsync(1_000, leavesOneOut);

        // A counting connection allocates nothing, so all that was allocated is the hub's.
        thousand.Should().Be(one);
        one.Should().BeLessThan(1_000, "a batch, its bytes and its index");
    }

    /// <summary>What the pump allocates from the first connection's Send of one message to that of the next: one message's fan-out.</summary>
    private static async Task<long> MeasureAsync(int connections, bool leavesOneOut)
    {
        var hub = new LocalHub(Options.Create(new BroadcastOptions()));
        var first = new CountingConnection("first");
        hub.TryAdd(first);
        await hub.SubscribeAsync(new SubscribeRequest { ConnectionId = "first", Channel = News });
        for (var i = 1; i < connections; i++)
        {
            hub.TryAdd(new CountingConnection($"c{i}"));
            await hub.SubscribeAsync(new SubscribeRequest { ConnectionId = $"c{i}", Channel = News });
        }

        // The first Send holds the pump until all messages are posted, so that one worker takes them in one turn.
        var messages = Enumerable.Range(0, 12).Select(_ => News.Message("\"x\"", except: leavesOneOut ? "c1" : null)).ToArray();
        var hold = first.Hold();
        foreach (var message in messages)
        {
            hub.Publish(message);
            hub.Find(News)!.TryPost(new FlushOperation()); // ends a run, so that each message is a batch
        }

        hold.SetResult();
        await first.Sent(messages.Length).InTimeAsync();
        return first.Allocated.Zip(first.Allocated.Skip(1), (before, after) => after - before).Min();
    }

    /// <summary>Notes at each Send how much its thread has allocated so far.</summary>
    private sealed class CountingConnection(string id) : IConnection
    {
        private Task _open = Task.CompletedTask;
        private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long[] _allocated = new long[64];
        private int _count;
        private int _wanted = int.MaxValue;

        public string Id => id;

        public string? UserId => null;

        public IWireProtocol Protocol => PlainProtocol.Instance;

        public IEnumerable<long> Allocated => _allocated.Take(_count);

        public void Send(in BatchSlice frames)
        {
            _open.Wait(Wait.Limit);
            _allocated[_count++] = GC.GetAllocatedBytesForCurrentThread();
            if (_count == Volatile.Read(ref _wanted))
            {
                _sent.TrySetResult();
            }
        }

        public void SendControl(ReadOnlyMemory<byte> frame)
        {
        }

        public void Close(int code, string reason)
        {
        }

        public TaskCompletionSource Hold()
        {
            var open = new TaskCompletionSource();
            _open = open.Task;
            return open;
        }

        public Task Sent(int count)
        {
            Volatile.Write(ref _wanted, count);
            if (_count >= count)
            {
                _sent.TrySetResult();
            }

            return _sent.Task;
        }
    }

    private sealed class PlainProtocol : IWireProtocol
    {
        public static PlainProtocol Instance { get; } = new();

        public string Name => "plain";

        public void WriteMessage(IBufferWriter<byte> output, BroadcastMessage message) => Write(output, message.Data.Span);

        public void WriteEdge(IBufferWriter<byte> output, PresenceEdge edge) => Write(output, "edge"u8);

        public void WriteDirect(IBufferWriter<byte> output, DirectMessage message) => Write(output, message.Data.Span);

        public void WriteSubscribed(IBufferWriter<byte> output, SubscribedFrame frame) => Write(output, "subscribed"u8);

        public void WriteUnsubscribed(IBufferWriter<byte> output, Channel channel, UnsubscribeReason reason) => Write(output, "unsubscribed"u8);

        public void WriteGap(IBufferWriter<byte> output, Channel channel, int dropped) => Write(output, "gap"u8);

        private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(output.GetSpan(bytes.Length));
            output.Advance(bytes.Length);
        }
    }
}
