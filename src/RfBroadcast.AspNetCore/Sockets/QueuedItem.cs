using System.Buffers;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// One thing that waits in an <see cref="OutgoingQueue"/>: a slice of a batch, a control frame, the place where frames of a
/// channel were dropped, whose count may still grow, what a subscriber missed, or, without a byte of its own, the end of a
/// subscription's start.
/// </summary>
internal readonly struct QueuedItem
{
    private readonly ReadOnlyMemory<byte> _control;
    private readonly object? _place;

    public QueuedItem(in BatchSlice slice) => Slice = slice;

    public QueuedItem(ReadOnlyMemory<byte> control, bool isAnnouncement = false)
    {
        _control = control;
        IsAnnouncement = isAnnouncement;
    }

    public QueuedItem(QueuedGap gap) => _place = gap;

    public QueuedItem(Replay missed) => _place = missed;

    public QueuedItem(SubscribedFrame started) => _place = started;

    /// <summary>The slice; its batch is null for a control frame or a gap.</summary>
    public BatchSlice Slice { get; }

    public QueuedGap? Gap => _place as QueuedGap;

    /// <summary>
    /// Whether it announces a subscription whose start is not complete with it: nothing before it is written together with it,
    /// so that a position that is told then does not lack the channel.
    /// </summary>
    public bool IsAnnouncement { get; }

    /// <summary>What a subscriber missed, which is encoded piece by piece by whoever writes it.</summary>
    public Replay? Missed => _place as Replay;

    /// <summary>What a client that has got everything before this has been told, and has all it missed of.</summary>
    public SubscribedFrame? Started => _place as SubscribedFrame;

    public bool IsSlice => Slice.Batch is not null;

    /// <summary>How many bytes it counts in the queue.</summary>
    public int Length => _place switch
    {
        QueuedGap => QueuedGap.MaxLength,
        Replay missed => missed.Count * IntPtr.Size, // it only refers to its messages
        _ => IsSlice ? Slice.Length : _control.Length,
    };

    /// <summary>What to write. A gap is encoded only now.</summary>
    public ReadOnlyMemory<byte> Encode(IWireProtocol protocol)
    {
        if (IsSlice)
        {
            return Slice.Bytes;
        }

        if (Gap is null)
        {
            return _control;
        }

        var output = new ArrayBufferWriter<byte>();
        protocol.WriteGap(output, Gap.Channel, Gap.Dropped);
        return output.WrittenMemory;
    }
}
