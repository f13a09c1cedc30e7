namespace RfBroadcast.Redis;

/// <summary>
/// What waits to be published by this process and may share commands, in order. While a few commands are under way, what is published shares the
/// next one, which goes when one of them has ended, or when it is full: so batches grow with the load, and nothing waits for a round trip of its own.
/// </summary>
/// <remarks>Thread-safe. The lock guards only the chain and the counters; commands are issued by one thread at a time, in order.</remarks>
internal sealed class PublishLine(IBatchSender sender, bool isOrdered)
{
    // With more under way at once, batches would only be smaller.
    private const int ManyUnderWay = 4;

    // A script runs for so long at most; and the number of a message is one byte (publish.lua).
    private const int FullBatch = 128;

    private readonly Lock _gate = new();
    private PendingPublish? _first;
    private PendingPublish? _last;
    private int _count; // of what waits
    private int _underWay;
    private bool _isIssuing;

    /// <summary>Whether all nodes see its messages in one order, which a script gives out.</summary>
    public bool IsOrdered => isOrdered;

    /// <summary>The last batch that waits for a connection, or waited: those after it go after it. Touched only by who issues.</summary>
    public Task Waiting { get; set; } = Task.CompletedTask;

    private bool IsDue => _count > 0 && (_underWay < ManyUnderWay || _count >= FullBatch);

    public void Add(PendingPublish publish)
    {
        lock (_gate)
        {
            if (_last is null)
            {
                _first = publish;
            }
            else
            {
                _last.Next = publish;
            }

            _last = publish;
            _count++;
            if (_isIssuing || !IsDue)
            {
                return;
            }

            _isIssuing = true;
        }

        Issue();
    }

    /// <summary>Tells that a batch has become one call more, which ends by itself.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _underWay++;
        }
    }

    /// <summary>Tells that a batch has ended, well or not, or that nothing needs to wait for its end: the next may go.</summary>
    public void Done()
    {
        lock (_gate)
        {
            _underWay--;
            if (_isIssuing || !IsDue)
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
                if (!IsDue)
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

    /// <summary>
    /// Cuts a batch off the chain: at most <see cref="Batch.MaxBytes"/>, or one message. Where no script gives out an order, one with an
    /// idempotency key is a batch by itself: its key is on a server of its own.
    /// </summary>
    private PendingPublish TakeBatch()
    {
        var first = _first!; // looked at before
        var last = first;
        var bytes = first.Size;
        var count = 1;
        while (count < FullBatch && last.Next is { } next && bytes + next.Size <= Batch.MaxBytes && (isOrdered || (last.IdempotencyKey ?? next.IdempotencyKey) is null))
        {
            bytes += next.Size;
            count++;
            last = next;
        }

        _count -= count;
        _first = last.Next;
        last.Next = null;
        if (_first is null)
        {
            _last = null;
        }

        return first;
    }
}
