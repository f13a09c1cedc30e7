namespace RfBroadcast.Redis;

/// <summary>
/// What is published on one channel by this process, in order. A few commands are under way at a time; what is published
/// meanwhile shares the next one, so that batches grow with the load and nothing waits for a round trip of its own.
/// </summary>
/// <remarks>Thread-safe. The lock guards only the chain and the counters; commands are issued by one thread at a time, in order.</remarks>
internal sealed class PublishQueue(Channel channel, ChannelKeys keys, ChannelSettings settings, IBatchSender sender, long firstSequence)
{
    // More under way at once would only make batches smaller.
    private const int MostUnderWay = 4;

    // A script runs for so long at most; and the number of a message is one byte (publish.lua).
    private const int MostInBatch = 255;

    private readonly Lock _gate = new();
    private PendingPublish? _first;
    private PendingPublish? _last;
    private int _underWay;
    private bool _isIssuing;
    private bool _isRetired;
    private long _lastUsed;
    private long _comparedIn;

    public Channel Channel => channel;

    public ChannelKeys Keys => keys;

    public ChannelSettings Settings => settings;

    /// <summary>Whether all nodes see its messages in one order, which a script gives out.</summary>
    public bool IsOrdered { get; } = settings.KeepsHistory || channel.IsPresence;

    /// <summary>The sequence number of the next plain message. Touched only by who issues.</summary>
    public long NextSequence { get; set; } = firstSequence;

    /// <summary>When a plain message was last issued; 0 when none was.</summary>
    public long LastIssued { get; set; }

    /// <summary>The number of the last session in which an ordered message was accepted, and the server so compared with the one before.</summary>
    public long ComparedIn
    {
        get => Interlocked.Read(ref _comparedIn);
        set => Interlocked.Exchange(ref _comparedIn, value);
    }

    /// <summary>The last batch that waits for a connection, or waited: those after it go after it. Touched only by who issues.</summary>
    public Task Waiting { get; set; } = Task.CompletedTask;

    /// <summary>Takes a message; false when the queue has retired.</summary>
    public bool TryPublish(PendingPublish publish, long now)
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return false;
            }

            _lastUsed = now;
            if (_last is null)
            {
                _first = publish;
            }
            else
            {
                _last.Next = publish;
            }

            _last = publish;
            if (_isIssuing)
            {
                return true;
            }

            _isIssuing = true;
        }

        Issue();
        return true;
    }

    /// <summary>Retires it when it has nothing to do and was not used since; it refuses messages then.</summary>
    public bool TryRetire(long notUsedSince)
    {
        lock (_gate)
        {
            _isRetired |= _first is null && _underWay == 0 && _lastUsed < notUsedSince;
            return _isRetired;
        }
    }

    /// <summary>Tells that a batch has ended, well or not: the next may go.</summary>
    public void Done()
    {
        lock (_gate)
        {
            _underWay--;
            if (_first is null || _isIssuing)
            {
                return;
            }

            _isIssuing = true;
        }

        Issue();
    }

    private void Issue()
    {
        while (true)
        {
            PendingPublish batch;
            lock (_gate)
            {
                if (_first is null || _underWay >= MostUnderWay)
                {
                    _isIssuing = false;
                    return;
                }

                _underWay++;
                batch = TakeBatch();
            }

            sender.Send(this, batch);
        }
    }

    /// <summary>Cuts a batch off the chain: at most <see cref="Batch.MaxBytes"/>, or one message.</summary>
    private PendingPublish TakeBatch()
    {
        var first = _first!; // looked at before
        var last = first;
        var bytes = first.Size;
        var count = 1;
        while (last.Next is { } next && bytes + next.Size <= Batch.MaxBytes && count < MostInBatch)
        {
            bytes += next.Size;
            count++;
            last = next;
        }

        _first = last.Next;
        last.Next = null;
        if (_first is null)
        {
            _last = null;
        }

        return first;
    }
}
