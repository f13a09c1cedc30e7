namespace RfBroadcast;

/// <summary>Some consecutive frames of a <see cref="Batch"/>: what one connection is sent of it. Copies no bytes.</summary>
public readonly record struct BatchSlice
{
    /// <summary>Makes a slice.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="first">The first frame.</param>
    /// <param name="count">How many frames, from 1.</param>
    public BatchSlice(Batch batch, int first, int count)
    {
        Batch = batch;
        First = first;
        Count = count;
    }

    /// <summary>The batch.</summary>
    public Batch Batch { get; }

    /// <summary>The first frame.</summary>
    public int First { get; }

    /// <summary>How many frames.</summary>
    public int Count { get; }

    /// <summary>The bytes of its frames.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            var start = Batch.Frames[First].Start;
            return Batch.Bytes[start..Batch.EndOf(First + Count - 1)];
        }
    }

    /// <summary>How many bytes its frames have.</summary>
    public int Length => Batch.EndOf(First + Count - 1) - Batch.Frames[First].Start;

    /// <summary>The index of its frames.</summary>
    public ReadOnlySpan<FrameEntry> Frames => Batch.Frames.Slice(First, Count);
}
