using System.Buffers;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// What leaves for one client, in order: written now when the connection is idle, else queued in bounds and written in
/// coalesced pieces. Whoever sends never waits and never fails. Thread-safe.
/// </summary>
internal sealed partial class OutgoingQueue
{
    // What one write takes from the queue, about.
    private const int WriteSize = 64 * 1024;

    // What is below is guarded by the object itself: with very many of them, a lock object each is memory and a cache miss each.
    private readonly IFrameOutlet _outlet;
    private readonly IWireProtocol _protocol;
    private readonly int _limit;
    private readonly BroadcastMetrics _metrics;
    private readonly IQueueOwner _owner;
    private readonly StreamPosition? _position;
    private Queue<QueuedItem>? _items;
    private int _bytes;
    private bool _isWriting;
    private bool _isClosing;
    private volatile bool _isDiscarding;
    private bool _hasFinished;
    private TaskCompletionSource? _finished; // made when somebody waits: only once the connection is ending

    /// <summary>Makes an empty queue.</summary>
    /// <param name="outlet">The way out.</param>
    /// <param name="protocol">How a gap is written.</param>
    /// <param name="limit">How many bytes may wait.</param>
    /// <param name="metrics">Counts what is dropped.</param>
    /// <param name="owner">Told, outside the lock, when the queue overflows and the connection must close.</param>
    /// <param name="position">Follows what is taken to be written; null where nobody needs to know.</param>
    public OutgoingQueue(
        IFrameOutlet outlet,
        IWireProtocol protocol,
        int limit,
        BroadcastMetrics metrics,
        IQueueOwner owner,
        StreamPosition? position = null)
    {
        _position = position;
        _metrics = metrics;
        _outlet = outlet;
        _protocol = protocol;
        _limit = limit;
        _owner = owner;
    }

    /// <summary>The way out.</summary>
    public IFrameOutlet Outlet => _outlet;

    /// <summary>Completes when the close frame was written, or the connection failed. Never faults.</summary>
    public Task Finished
    {
        get
        {
            lock (this)
            {
                return _hasFinished
                    ? Task.CompletedTask
                    : (_finished ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>How many bytes wait.</summary>
    public int QueuedBytes
    {
        get
        {
            lock (this)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Sends frames of a channel.</summary>
    public void Send(in BatchSlice slice)
    {
        if (TryStart(new QueuedItem(slice), out var isFull))
        {
            _position?.Pass(slice);
            Write(slice.Bytes);
        }
        else if (isFull)
        {
            _owner.IsTooSlow();
        }
    }

    /// <summary>Sends a frame that is never dropped.</summary>
    public void SendControl(ReadOnlyMemory<byte> frame)
    {
        if (TryStart(new QueuedItem(frame), out var isFull))
        {
            Write(frame);
        }
        else if (isFull)
        {
            _owner.IsTooSlow();
        }
    }

    /// <summary>Sends the start of a subscription: its announcement and what was missed, with no other frame between.</summary>
    /// <param name="announcement">The control frame.</param>
    /// <param name="missed">What was missed.</param>
    /// <param name="started">The subscription that is complete with them.</param>
    public void SendStart(ReadOnlyMemory<byte> announcement, Replay missed, SubscribedFrame started)
    {
        if (missed.Count == 0 && _position is null)
        {
            SendControl(announcement);
            return;
        }

        bool isIdle, isFull;
        lock (this)
        {
            if (_isClosing)
            {
                return;
            }

            Enqueue(new QueuedItem(announcement, isAnnouncement: true));
            Enqueue(new QueuedItem(missed));
            if (_position is not null)
            {
                Enqueue(new QueuedItem(started));
            }

            isIdle = !_isWriting;
            isFull = !isIdle && _bytes > _limit && !TryMakeRoom();
            _isWriting = true;
        }

        if (isIdle)
        {
            _ = DrainAsync(default);
        }
        else if (isFull)
        {
            _owner.IsTooSlow();
        }
    }

    /// <summary>Sends a close frame after what is queued, or instead of it; nothing can be sent afterwards.</summary>
    /// <returns>False when it was closing already.</returns>
    public bool Close(ReadOnlyMemory<byte> frame, bool discardQueued)
    {
        lock (this)
        {
            if (_isClosing)
            {
                return false;
            }

            _isClosing = true;
            if (discardQueued)
            {
                CountDiscarded();
                _isDiscarding = true;
                _items?.Clear();
                _bytes = 0;
            }

            if (_isWriting)
            {
                Enqueue(new QueuedItem(frame));
                return true;
            }

            _isWriting = true;
        }

        Write(frame);
        return true;
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort()
    {
        lock (this)
        {
            _isClosing = true;
            _isDiscarding = true;
            _items?.Clear();
            _bytes = 0;
        }

        _outlet.Abort();
        Finish();
    }

    private void Finish()
    {
        TaskCompletionSource? finished;
        lock (this)
        {
            _hasFinished = true;
            finished = _finished;
        }

        finished?.TrySetResult();
    }

    /// <summary>Queues an item when something is being written; otherwise the caller writes it now.</summary>
    private bool TryStart(in QueuedItem item, out bool isFull)
    {
        lock (this)
        {
            isFull = false;
            if (_isClosing)
            {
                return false;
            }

            if (_isWriting)
            {
                Enqueue(item);
                isFull = _bytes > _limit && !TryMakeRoom();
                return false;
            }

            _isWriting = true;
            return true;
        }
    }

    private void Enqueue(in QueuedItem item)
    {
        (_items ??= new Queue<QueuedItem>()).Enqueue(item);
        _bytes += item.Length;
    }

    /// <summary>Writes to an idle connection: here and now as long as nothing has to be waited for.</summary>
    private void Write(ReadOnlyMemory<byte> frames)
    {
        ValueTask write;
        try
        {
            write = _outlet.WriteAsync(frames);
        }
        catch (Exception)
        {
            Abort();
            return;
        }

        if (!write.IsCompletedSuccessfully)
        {
            _ = DrainAsync(write);
            return;
        }

        write.GetAwaiter().GetResult(); // gives a pooled source back
        if (!TryRest())
        {
            // Others sent meanwhile. This may be a channel's pump: the rest is written elsewhere.
            ThreadPool.UnsafeQueueUserWorkItem(static queue => _ = queue.DrainAsync(default), this, preferLocal: false);
        }
    }

    /// <summary>Writes what is queued until nothing is left. Its faults end the connection, so that nobody need await it.</summary>
    private async Task DrainAsync(ValueTask write)
    {
        byte[]? rented = null;
        try
        {
            await write.ConfigureAwait(false);
            while (!TryRest())
            {
                var frames = Take(ref rented, out var missed);
                if (missed is null)
                {
                    await _outlet.WriteAsync(frames).ConfigureAwait(false);
                    continue;
                }

                // Encoded here, outside the lock, so that nobody who sends waits for it.
                while (!_isDiscarding && missed.TryNext(out var piece))
                {
                    _position?.Pass(piece);
                    await _outlet.WriteAsync(piece.Bytes).ConfigureAwait(false);
                }
            }
        }
        catch (Exception)
        {
            // The client is gone, in one of many ways; the reader notices, too, and says so.
            Abort();
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Goes idle when nothing is queued.</summary>
    private bool TryRest()
    {
        lock (this)
        {
            if (_items is { Count: > 0 })
            {
                return false;
            }

            _isWriting = false;
            _items = null; // an idle connection is to be small
            if (!_isClosing)
            {
                return true;
            }
        }

        Finish();
        return true;
    }

    /// <summary>Takes one large item as it is, several small ones copied together, or what a subscriber missed.</summary>
    private ReadOnlyMemory<byte> Take(ref byte[]? rented, out Replay? missed)
    {
        lock (this)
        {
            missed = null;
            if (_items is not { Count: > 0 })
            {
                return default;
            }

            if (_items.Peek().Missed is { } replay)
            {
                missed = replay;
                Dequeue();
                return default;
            }

            var first = Dequeue();
            if (_items.Count == 0 || first.Length >= WriteSize)
            {
                return first;
            }

            rented ??= ArrayPool<byte>.Shared.Rent(WriteSize);
            first.CopyTo(rented);
            var length = first.Length;
            while (_items.TryPeek(out var next) && next is { Missed: null, IsAnnouncement: false } && length + next.Length <= WriteSize)
            {
                var more = Dequeue();
                more.CopyTo(rented.AsMemory(length));
                length += more.Length;
            }

            return rented.AsMemory(0, length);
        }
    }

    private ReadOnlyMemory<byte> Dequeue()
    {
        var item = _items!.Dequeue(); // not empty, as the caller saw
        _bytes -= item.Length;
        _position?.Pass(item);
        return item.Encode(_protocol);
    }
}
