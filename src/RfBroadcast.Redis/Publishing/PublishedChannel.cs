namespace RfBroadcast.Redis;

/// <summary>
/// A channel that this process publishes on: where its messages queue, and what counts them. Thread-safe, but for what only who issues touches.
/// </summary>
internal sealed class PublishedChannel(Channel channel, ChannelKeys keys, ChannelSettings settings, PublishLine line, long firstSequence)
{
    private const int Retired = int.MinValue;

    private int _pending; // messages without an outcome; less than nothing when it has retired
    private long _lastUsed;
    private long _comparedIn;
    private BroadcastReceipt? _receipt;

    public Channel Channel => channel;

    public ChannelKeys Keys => keys;

    public ChannelSettings Settings => settings;

    public PublishLine Line => line;

    /// <summary>The sequence number of the next plain message. Touched only by who issues.</summary>
    public long NextSequence { get; set; } = firstSequence;

    /// <summary>When a plain message was last issued; 0 when none was. Touched only by who issues.</summary>
    public long LastIssued { get; set; }

    /// <summary>The number of the last session in which an ordered message was accepted, and the server so compared with the one before.</summary>
    public long ComparedIn
    {
        get => Interlocked.Read(ref _comparedIn);
        set => Interlocked.Exchange(ref _comparedIn, value);
    }

    /// <summary>While a command is put together: its last message on this channel. Touched only by who issues.</summary>
    public PendingPublish? LastInRun { get; set; }

    /// <summary>Takes part in it for one message, until <see cref="Leave"/>; false when it has retired.</summary>
    public bool TryEnter(long now)
    {
        if (Interlocked.Increment(ref _pending) > 0)
        {
            Volatile.Write(ref _lastUsed, now);
            return true;
        }

        Interlocked.Decrement(ref _pending);
        return false;
    }

    /// <summary>Tells that the outcome of a message is known.</summary>
    public void Leave() => Interlocked.Decrement(ref _pending);

    /// <summary>Retires it when it was not used since and nothing is pending; it takes no messages then.</summary>
    public bool TryRetire(long notUsedSince)
    {
        if (Volatile.Read(ref _lastUsed) < notUsedSince)
        {
            Interlocked.CompareExchange(ref _pending, Retired, comparand: 0);
        }

        return Volatile.Read(ref _pending) < 0;
    }

    /// <summary>The receipt of a message that has no position: mostly the same as before.</summary>
    public BroadcastReceipt ReceiptWith(int subscribers)
    {
        var receipt = Volatile.Read(ref _receipt);
        if (receipt is null || receipt.Channels[0].LocalSubscribers != subscribers)
        {
            receipt = new BroadcastReceipt([new ChannelReceipt(channel, Position: null, subscribers)]);
            Volatile.Write(ref _receipt, receipt);
        }

        return receipt;
    }
}
