namespace RfBroadcast;

/// <summary>
/// Consecutive frames of one channel for one wire protocol, with an index. At most <see cref="MaxBytes"/>, or one message.
/// Immutable, shared by every connection that is sent a part of it.
/// </summary>
public sealed class Batch
{
    /// <summary>The size a batch of several frames stays within: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly byte[] _bytes;
    private readonly FrameEntry[] _frames;

    internal Batch(Channel channel, OverflowPolicy overflow, byte[] bytes, FrameEntry[] frames)
    {
        Channel = channel;
        Overflow = overflow;
        _bytes = bytes;
        _frames = frames;
        foreach (ref readonly var frame in frames.AsSpan())
        {
            HasExceptions |= frame.Except is not null;
            if (frame.IsEdge)
            {
                LowestRevision = Math.Min(LowestRevision, frame.Order);
            }
            else if (frame.Order > 0)
            {
                LowestOffset = Math.Min(LowestOffset, frame.Order);
            }
        }
    }

    /// <summary>The channel.</summary>
    public Channel Channel { get; }

    /// <summary>What a connection that is too slow for the channel does.</summary>
    public OverflowPolicy Overflow { get; }

    /// <summary>All frames, one after the other.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The index: one entry a frame, in order.</summary>
    public ReadOnlySpan<FrameEntry> Frames => _frames;

    /// <summary>Whether some frame leaves a connection out.</summary>
    internal bool HasExceptions { get; }

    // Long.MaxValue where there is none, so that one comparison tells that a subscription's floor is below all of them.
    internal long LowestOffset { get; } = long.MaxValue;

    internal long LowestRevision { get; } = long.MaxValue;

    internal int EndOf(int frame) => frame + 1 < _frames.Length ? _frames[frame + 1].Start : _bytes.Length;
}
