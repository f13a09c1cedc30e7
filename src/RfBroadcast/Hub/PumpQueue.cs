using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace RfBroadcast;

/// <summary>
/// The channels that have something to fan out, in turn. As many workers of the thread pool pump them as there are processors: a pump never
/// waits, so more would only take turns with each other and with those who publish, and what they fan out would be smaller batches.
/// </summary>
/// <remarks>Thread-safe. Nobody waits for anybody.</remarks>
internal sealed class PumpQueue : IThreadPoolWorkItem
{
    // After this many channels a worker lets the pool's other work run.
    private const int ChannelsPerTurn = 16;

    private static readonly int MostWorkers = Environment.ProcessorCount;

    private readonly ConcurrentQueue<HubChannel> _ready = new();
    private int _workers;

    /// <summary>Takes a channel that is not in the queue and that nobody pumps.</summary>
    public void Add(HubChannel channel)
    {
        _ready.Enqueue(channel);
        Interlocked.MemoryBarrier(); // a worker that does not see the channel is seen to have ended
        if (TryEnter())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var turn = 0; turn < ChannelsPerTurn; turn++)
        {
            if (!TryNext(out var channel))
            {
                return;
            }

            channel.Pump();
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The next channel; when there is none, this worker has ended.</summary>
    private bool TryNext([NotNullWhen(true)] out HubChannel? channel)
    {
        while (!_ready.TryDequeue(out channel))
        {
            Interlocked.Decrement(ref _workers);
            if (_ready.IsEmpty || !TryEnter())
            {
                return false;
            }
        }

        return true;
    }

    private bool TryEnter()
    {
        var workers = Volatile.Read(ref _workers);
        while (workers < MostWorkers)
        {
            var seen = Interlocked.CompareExchange(ref _workers, workers + 1, workers);
            if (seen == workers)
            {
                return true;
            }

            workers = seen;
        }

        return false;
    }
}
