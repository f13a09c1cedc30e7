using System.Text;
using Microsoft.Extensions.Options;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Compression;

/// <summary>A compressed event is made once, whoever receives it.</summary>
public sealed class CompressionAllocationTests
{
    private static readonly Channel News = Channel.Public("news");

    [Fact]
    public async Task FanOut_ToAThousandConnections_AllocatesAsMuchAsToOne()
    {
        var one = await MeasureAsync(1);
        var thousand = await MeasureAsync(1_000);

        // A counting connection allocates nothing, so all that was allocated is the hub's and the deflater's.
        thousand.Should().Be(one);
        one.Should().BeLessThan(2_000, "a batch, its bytes, its index, and a deflate stream");
    }

    [Fact]
    public async Task FanOut_ToAThousandConnections_SharesTheBytes()
    {
        var sent = new List<Batch>();
        await FanOutAsync(1_000, connection => sent.AddRange(connection.Batches.Where(batch => batch is not null)));

        sent.Should().HaveCount(12 * 1_000);
        sent.Distinct().Should().HaveCount(12);
        sent[0].Bytes.Span[0].Should().Be(0xC1);
    }

    /// <summary>What the pump allocates from the first connection's Send of one message to that of the next: one message's fan-out.</summary>
    private static async Task<long> MeasureAsync(int connections)
    {
        long[] allocated = [];
        await FanOutAsync(connections, connection => allocated = allocated.Length == 0 ? connection.Allocated : allocated);
        return allocated.Zip(allocated.Skip(1), (before, after) => after - before).Min();
    }

    private static async Task FanOutAsync(int connections, Action<CountingConnection> look)
    {
        const int Count = 12;
        var protocol = NativeProtocol.Deflate(new BroadcastCompressionOptions { Enabled = true });
        var hub = new LocalHub(Options.Create(new BroadcastOptions()));
        var all = new List<CountingConnection>();
        for (var i = 0; i < connections; i++)
        {
            all.Add(new CountingConnection($"c{i}", protocol, Count));
            hub.TryAdd(all[i]);
            await hub.SubscribeAsync(new SubscribeRequest { ConnectionId = all[i].Id, Channel = News });
        }

        var data = Encoding.UTF8.GetBytes($"\"{string.Concat(Enumerable.Range(0, 500).Select(n => $"{n} "))}\"");
        var message = new BroadcastMessage { Channel = News, Event = "e", Data = data, Timestamp = DateTimeOffset.UnixEpoch };

        // The first Send holds the pump until all messages are posted, so that one worker takes them in one turn.
        var hold = all[0].Hold();
        for (var i = 0; i < Count; i++)
        {
            hub.Publish(message);
            hub.Find(News)!.TryPost(new FlushOperation()); // ends a run, so that each message is a batch
        }

        hold.SetResult();
        foreach (var connection in all)
        {
            await connection.Done.InTimeAsync();
            look(connection);
        }
    }

    /// <summary>Notes at each Send how much its thread has allocated so far, and what was sent.</summary>
    private sealed class CountingConnection(string id, IWireProtocol protocol, int wanted) : IConnection
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task _open = Task.CompletedTask;
        private int _count;

        public string Id => id;

        public string? UserId => null;

        public IWireProtocol Protocol => protocol;

        public long[] Allocated { get; } = new long[wanted];

        public Batch[] Batches { get; } = new Batch[wanted];

        public Task Done => _done.Task;

        public void Send(in BatchSlice frames)
        {
            _open.Wait(Wait.Limit);
            Batches[_count] = frames.Batch;
            Allocated[_count++] = GC.GetAllocatedBytesForCurrentThread();
            if (_count == wanted)
            {
                _done.TrySetResult();
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
    }
}
