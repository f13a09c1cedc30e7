using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace RfBroadcast;

/// <summary>
/// One channel on this node, and the place where messages fan out. What is posted (messages, presence edges, operations on
/// subscriptions) is taken in order by one worker at a time, the pump (<see cref="PumpQueue"/>); what was posted while it
/// was busy is its next batch.
/// </summary>
/// <remarks>
/// Only the pump changes subscriptions. The lock guards the counters and the pump's state, and is never held across a call
/// out. A channel that nobody is subscribed to and that has nothing to do retires: it refuses posts, and the hub makes a
/// new one.
/// </remarks>
internal sealed partial class HubChannel(LocalHub hub, Channel channel, BroadcastOptions options, ILogger logger)
{
    // After this many batches it is other channels' turn.
    private const int BatchesPerTurn = 16;

    // How much a message counts besides its data.
    private const int MessageOverhead = 256;

    // A list that was longer once is not kept for the next batch.
    private const int LongestKept = 1024;

    private readonly Lock _gate = new();
    private List<object> _pending = []; // what was posted
    private List<object> _taken = []; // what the pump is at; the two change places
    private int _pendingMessages;
    private long _pendingBytes;
    private bool _pumping;
    private bool _retired;
    private TaskCompletionSource? _room;
    private ChannelReceipt? _receipt;

    public Channel Channel => channel;

    public ChannelSettings Settings { get; } = options.Channels.Of(channel);

    /// <summary>The newest offset that was fanned out, whatever some history was ahead of it. Touched only by the pump.</summary>
    public long LastOffset { get; set; }

    /// <summary>Whether publishers need not wait. It may be old when it is read, so it is a bound with a little play.</summary>
    public bool HasRoom =>
        Volatile.Read(ref _pendingMessages) < options.PendingMessages && Volatile.Read(ref _pendingBytes) < options.PendingBytes;

    /// <summary>What a publisher gets where no history is kept: the same one as long as as many are subscribed.</summary>
    public ChannelReceipt ReceiptOf(int subscribers) =>
        _receipt is { } last && last.LocalSubscribers == subscribers ? last : _receipt = new ChannelReceipt(channel, Position: null, subscribers);

    /// <summary>Posts a message, an edge or an operation; false when the channel has retired.</summary>
    public bool TryPost(object item) => TryPost(new ReadOnlySpan<object>(in item));

    /// <summary>Posts what the pump finds together; false when the channel has retired.</summary>
    public bool TryPost(ReadOnlySpan<object> items)
    {
        lock (_gate)
        {
            if (_retired)
            {
                return false;
            }

            foreach (var item in items)
            {
                if (item is BroadcastMessage message)
                {
                    _pendingMessages++;
                    _pendingBytes += SizeOf(message);
                }

                _pending.Add(item);
            }

            if (_pumping || items.IsEmpty)
            {
                return true;
            }

            _pumping = true;
        }

        hub.Pumps.Add(this);
        return true;
    }

    /// <summary>Completes when publishers may go on; then they look again.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            return HasRoom || _retired
                ? Task.CompletedTask
                : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>The pump's turn. Called by one worker at a time.</summary>
    public void Pump()
    {
        for (var turn = 0; turn < BatchesPerTurn; turn++)
        {
            if (!TryTake())
            {
                return;
            }

            Pump(CollectionsMarshal.AsSpan(_taken));
        }

        hub.Pumps.Add(this);
    }

    private static void Clear(ref List<object> items)
    {
        if (items.Capacity > LongestKept)
        {
            items = [];
        }

        items.Clear();
    }

    private static int SizeOf(BroadcastMessage message) => message.Data.Length + MessageOverhead;

    /// <summary>Fans out the runs of messages, and runs the operations between them.</summary>
    private void Pump(ReadOnlySpan<object> items)
    {
        var first = 0;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is ChannelOperation operation)
            {
                FanOut(items[first..i]);
                Run(operation);
                first = i + 1;
            }
        }

        FanOut(items[first..]);
    }

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

    /// <summary>
    /// Takes what was posted, and lets waiting publishers go on. When there is nothing the pump ends, and the channel retires
    /// if nobody is subscribed.
    /// </summary>
    private bool TryTake()
    {
        TaskCompletionSource? room;
        Clear(ref _taken);
        lock (_gate)
        {
            if (_pending.Count == 0)
            {
                _pumping = false;
                _retired = _count == 0;
                if (!_retired)
                {
                    return false;
                }
            }

            (_taken, _pending) = (_pending, _taken);
            _pendingMessages = 0;
            _pendingBytes = 0;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
        if (_retired)
        {
            hub.Remove(this);
        }

        return !_retired;
    }
}
