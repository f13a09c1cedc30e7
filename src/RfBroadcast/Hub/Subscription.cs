namespace RfBroadcast;

/// <summary>
/// One connection on one channel. While its history is read it is recovering and keeps live slices; then it is live. All of it
/// is touched only by the channel's pump, but for <see cref="UserId"/>, which does not change.
/// </summary>
internal sealed class Subscription(HubChannel channel, ConnectionEntry connection, string? userId)
{
    /// <summary>How many objects lie on the way to a client's socket: the subscription, its connection, and three that one touches.</summary>
    public const int Steps = 5;

    // Here too, because one object less on the way to each connection is a cache miss less. Null once it has failed.
    private IConnection? _socket = connection.Socket;
    private List<BatchSlice>? _kept;
    private int _keptBytes;
    private bool _hasEnded;
    private string? _previousConnectionId;
    private List<string?>? _unanswered;

    public HubChannel Channel => channel;

    public ConnectionEntry Connection => connection;

    /// <summary>Who it is on a presence channel.</summary>
    public string? UserId => userId;

    /// <summary>Its place in the channel's group of connections that speak its protocol.</summary>
    public int Index { get; set; }

    /// <summary>Whether it is over. Read by other threads, too.</summary>
    public bool HasEnded
    {
        get => Volatile.Read(ref _hasEnded);
        set => Volatile.Write(ref _hasEnded, value);
    }

    /// <summary>Whether the client has been told that it is subscribed.</summary>
    public bool IsEstablished { get; set; }

    public bool IsRecovering { get; private set; }

    /// <summary>Whether more was kept than may be: the messages of it are gone.</summary>
    public bool HasOverflowed { get; private set; }

    public string? Epoch { get; set; }

    /// <summary>The last message delivered when it started to recover.</summary>
    public long HeldAt { get; private set; }

    /// <summary>Messages up to here it has, from the history or from before.</summary>
    public long OffsetFloor { get; set; }

    /// <summary>Edges up to here its snapshot includes.</summary>
    public long RevisionFloor { get; set; }

    /// <summary>
    /// The number of the batch in which some frame leaves this connection out. Not the batch, which would stay in memory.
    /// </summary>
    public long LeftOutOf { get; set; }

    /// <summary>Leaves a repeated request to be answered together with the one that is being completed.</summary>
    public void AnswerLater(string? requestId) => (_unanswered ??= []).Add(requestId);

    public List<string?> TakeUnanswered()
    {
        var requestIds = _unanswered ?? [];
        _unanswered = null;
        return requestIds;
    }

    /// <summary>
    /// The newest message it has: from its history, or fanned out since. (The history that another subscription was given may
    /// be ahead of what was fanned out; this one has none of that yet.)
    /// </summary>
    public long Reached => Math.Max(OffsetFloor, channel.LastOffset);

    public void StartRecovering(string? previousConnectionId, long heldAt)
    {
        IsRecovering = true;
        HeldAt = heldAt;
        HasOverflowed = false;
        _previousConnectionId = previousConnectionId;
    }

    /// <summary>
    /// Ends recovering: gives what was kept, to be delivered again under the floors set now. From here on its former id
    /// leaves nothing out, whatever else is in a batch.
    /// </summary>
    public List<BatchSlice>? FinishRecovering()
    {
        var kept = _kept;
        IsRecovering = false;
        _previousConnectionId = null;
        _kept = null;
        _keptBytes = 0;
        return kept;
    }

    /// <summary>Whether a batch goes to it whole, as nearly all do.</summary>
    public bool TakesWhole(Batch batch, long number) =>
        !IsRecovering && LeftOutOf != number && batch.LowestOffset > OffsetFloor && batch.LowestRevision > RevisionFloor;

    /// <summary>Takes the runs of a slice's frames that are meant for it.</summary>
    /// <returns>How many frames went to the connection.</returns>
    public int Take(in BatchSlice slice, int keepLimit)
    {
        var sent = 0;
        var frames = slice.Frames;
        for (var i = 0; i < frames.Length;)
        {
            if (!IsMeant(frames[i]))
            {
                i++;
                continue;
            }

            var first = i;
            while (i < frames.Length && IsMeant(frames[i]))
            {
                i++;
            }

            var run = new BatchSlice(slice.Batch, slice.First + first, i - first);
            if (IsRecovering)
            {
                Keep(run, keepLimit);
            }
            else
            {
                Send(run);
                sent += run.Count;
            }
        }

        return sent;
    }

    /// <summary>Has an object on the way to the client fetched: 1 is its connection, then what that touches.</summary>
    public void Fetch(int step)
    {
        if (_socket is not { } socket)
        {
            return;
        }

        try
        {
            Prefetch.Object(step == 1 ? socket : socket.Touches(step - 2));
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    /// <summary>Sends frames to the connection. A failure is the connection's own.</summary>
    public void Send(in BatchSlice frames)
    {
        try
        {
            _socket?.Send(frames);
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    private void Fail(Exception fault)
    {
        _socket = null;
        connection.Fail(fault);
    }

    private bool IsMeant(in FrameEntry frame)
    {
        if (frame.Except is { } except
            && (string.Equals(except, connection.Id, StringComparison.Ordinal)
                || (_previousConnectionId is not null && string.Equals(except, _previousConnectionId, StringComparison.Ordinal))))
        {
            return false;
        }

        return frame.IsEdge ? frame.Order > RevisionFloor : frame.Order == 0 || frame.Order > OffsetFloor;
    }

    private void Keep(in BatchSlice run, int limit)
    {
        _kept ??= [];
        if (!HasOverflowed && _keptBytes + run.Length > limit)
        {
            HasOverflowed = true;
            var edges = new List<BatchSlice>();
            foreach (var slice in _kept)
            {
                AddEdges(edges, slice);
            }

            _kept = edges;
        }

        if (HasOverflowed)
        {
            AddEdges(_kept, run);
        }
        else
        {
            _kept.Add(run);
            _keptBytes += run.Length;
        }
    }

    private static void AddEdges(List<BatchSlice> edges, in BatchSlice slice)
    {
        for (var i = 0; i < slice.Count; i++)
        {
            if (slice.Frames[i].IsEdge)
            {
                edges.Add(new BatchSlice(slice.Batch, slice.First + i, 1));
            }
        }
    }
}
