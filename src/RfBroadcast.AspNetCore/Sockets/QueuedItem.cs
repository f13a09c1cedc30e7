using System.Buffers;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// One thing that waits in an <see cref="OutgoingQueue"/>: a slice of a batch, a control frame, or the place where frames of a
/// channel were dropped, whose count may still grow.
/// </summary>
internal readonly struct QueuedItem
{
    private readonly ReadOnlyMemory<byte> _control;

    public QueuedItem(in BatchSlice slice) => Slice = slice;

    public QueuedItem(ReadOnlyMemory<byte> control) => _control = control;

    public QueuedItem(QueuedGap gap) => Gap = gap;

    /// <summary>The slice; its batch is null for a control frame or a gap.</summary>
    public BatchSlice Slice { get; }

    public QueuedGap? Gap { get; }

    public bool IsSlice => Slice.Batch is not null;

    /// <summary>How many bytes it counts in the queue.</summary>
    public int Length => IsSlice ? Slice.Length : Gap is null ? _control.Length : QueuedGap.MaxLength;

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
