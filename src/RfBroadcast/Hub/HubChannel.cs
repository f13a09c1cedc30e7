using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace RfBroadcast;

/// <summary>
/// One channel on this node, and the place where messages fan out. What is posted (messages, presence edges, operations on
/// subscriptions) is taken in order by one thread-pool worker at a time, the pump; what was posted while it was busy is
/// its next batch.
/// </summary>
/// <remarks>
/// Only the pump changes subscriptions. The lock guards the counters and the pump's state, and is never held across a call
/// out. A channel that nobody is subscribed to and that has nothing to do retires: it refuses posts, and the hub makes a
/// new one.
/// </remarks>
internal sealed partial class HubChannel(LocalHub hub, Channel channel, BroadcastOptions options, ILogger logger) : IThreadPoolWorkItem
{
    // After this many batches the worker lets others run.
    private const int BatchesPerTurn = 16;

    // How much a message counts besides its data.
    private const int MessageOverhead = 256;

    private readonly Lock _gate = new();
    private readonly Channel<object> _pending = System.Threading.Channels.Channel.CreateUnbounded<object>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly List<object> _run = [];
    private int _runBytes;
    private int _pendingMessages;
    private long _pendingBytes;
    private bool _pumping;
    private bool _retired;
    private TaskCompletionSource? _room;

    public Channel Channel => channel;

    public ChannelSettings Settings { get; } = options.Channels.Of(channel);

    /// <summary>The newest offset that was fanned out, whatever some history was ahead of it. Touched only by the pump.</summary>
    public long LastOffset { get; set; }

    public bool HasRoom
    {
        get
        {
            lock (_gate)
            {
                return IsRoomy;
            }
        }
    }

    private bool IsRoomy => _pendingMessages < options.PendingMessages && _pendingBytes < options.PendingBytes;

    /// <summary>Posts a message, an edge or an operation; false when the channel has retired.</summary>
    public bool TryPost(object item)
    {
        lock (_gate)
        {
            if (_retired)
            {
                return false;
            }

            if (item is BroadcastMessage message)
            {
                _pendingMessages++;
                _pendingBytes += SizeOf(message);
            }

            _pending.Writer.TryWrite(item); // unbounded and never completed: it always succeeds
            if (_pumping)
            {
                return true;
            }

            _pumping = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>Completes when publishers may go on; then they look again.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            return IsRoomy || _retired
                ? Task.CompletedTask
                : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var turn = 0; turn < BatchesPerTurn; turn++)
        {
            while (_run.Count < options.PendingMessages && _runBytes < Batch.MaxBytes && _pending.Reader.TryRead(out var item))
            {
                if (item is ChannelOperation operation)
                {
                    FanOut();
                    Run(operation);
                }
                else
                {
                    _run.Add(item);
                    _runBytes += item is BroadcastMessage message ? SizeOf(message) : MessageOverhead;
                }
            }

            FanOut();
            if (TryRest())
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private static int SizeOf(BroadcastMessage message) => message.Data.Length + MessageOverhead;

    private void Run(ChannelOperation operation)
    {
        try
        {
            operation.Run(this);
        }
        catch (Exception fault)
        {
            operation.Fail(fault);
        }
    }

    /// <summary>Ends the pump when nothing is left; retires the channel when nobody is subscribed.</summary>
    private bool TryRest()
    {
        lock (_gate)
        {
            if (_pending.Reader.TryPeek(out _))
            {
                return false;
            }

            _pumping = false;
            if (_count > 0)
            {
                return true;
            }

            _retired = true;
        }

        hub.Remove(this);
        return true;
    }

    /// <summary>Counts a run of messages as taken, and lets waiting publishers go on.</summary>
    private void Release()
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            foreach (var item in _run)
            {
                if (item is BroadcastMessage message)
                {
                    _pendingMessages--;
                    _pendingBytes -= SizeOf(message);
                }
            }

            if (IsRoomy)
            {
                room = _room;
                _room = null;
            }
        }

        room?.TrySetResult();
    }
}
