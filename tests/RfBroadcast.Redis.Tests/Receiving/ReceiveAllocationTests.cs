using System.Buffers;

namespace RfBroadcast.Redis.Tests.Receiving;

/// <summary>What comes from Redis is read and posted once, however many subscribers there are: it allocates per envelope, never per subscriber.</summary>
public sealed class ReceiveAllocationTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private const int Messages = 200;

    [Fact]
    public async Task Receive_ForAThousandSubscribers_AllocatesAsMuchAsForOne()
    {
        var one = await MeasureAsync(1);
        var thousand = await MeasureAsync(1_000);

        // The pump batches as it can, and the runtime allocates now and then: but a byte for each of the other subscribers would show.
        thousand.Should().BeLessThan(one + 999, "bytes a message");
    }

    /// <summary>What the process allocates for one message, from its envelope on until all subscribers were sent it.</summary>
    private async Task<double> MeasureAsync(int subscribers)
    {
        var channel = Channel.Public($"history.counted{subscribers}");
        await using var node = new TestNode(redis.Server.EndPoint);
        await using var silent = await SilentPublisher.StartAsync(redis.Server.EndPoint, channel, historySize: 10_000);
        var connections = new SinkConnection[subscribers];
        for (var i = 0; i < subscribers; i++)
        {
            connections[i] = new SinkConnection(FormattableString.Invariant($"1.{i + 1}"));
            node.Hub.TryAdd(connections[i]).Should().BeTrue();
            await node.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = connections[i].Id, HasSocket = true, Channel = channel });
        }

        for (var i = 0; i < 2 * Messages; i++)
        {
            await silent.PublishAsync(i);
        }

        await Wait.UntilAsync(() => silent.Envelopes.Count == 2 * Messages, "all envelopes are there");
        var envelopes = silent.Envelopes;
        var feed = node.Broadcaster.Feeds.Find(channel)!; // it has a subscriber
        var session = node.Broadcaster.Link.Session!; // and is connected
        var least = double.MaxValue;
        for (var first = 0; first < envelopes.Count; first += Messages)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = first; i < first + Messages; i++)
            {
                feed.Receive(session, envelopes[i]);
                while (connections[^1].Count <= i)
                {
                    Thread.Yield();
                }
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Messages);
        }

        return least;
    }

    private sealed class SinkConnection(string id) : IConnection
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public string Id => id;

        public string? UserId => null;

        public IWireProtocol Protocol => SinkProtocol.Instance;

        public void Send(in BatchSlice frames) => Interlocked.Add(ref _count, frames.Count);

        public void SendControl(ReadOnlyMemory<byte> frame)
        {
            // The answer to its subscribing.
        }

        public void Close(int code, string reason)
        {
            // Nobody closes it.
        }
    }

    private sealed class SinkProtocol : IWireProtocol
    {
        public static SinkProtocol Instance { get; } = new();

        public string Name => "sink";

        public void WriteMessage(IBufferWriter<byte> output, BroadcastMessage message) => output.Write(message.Data.Span);

        public void WriteEdge(IBufferWriter<byte> output, PresenceEdge edge) => output.Write("edge"u8);

        public void WriteDirect(IBufferWriter<byte> output, DirectMessage message) => output.Write(message.Data.Span);

        public void WriteSubscribed(IBufferWriter<byte> output, SubscribedFrame frame) => output.Write("subscribed"u8);

        public void WriteUnsubscribed(IBufferWriter<byte> output, Channel channel, UnsubscribeReason reason) => output.Write("unsubscribed"u8);

        public void WriteGap(IBufferWriter<byte> output, Channel channel, int dropped) => output.Write("gap"u8);
    }
}
