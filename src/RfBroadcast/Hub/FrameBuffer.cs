using System.Buffers;

namespace RfBroadcast;

/// <summary>A growing buffer that can take back what was written. Not thread-safe.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int InitialSize = 4096;

    // A buffer that one huge message made larger than this is not kept for the next.
    private const int LargestKept = 1024 * 1024;

    private byte[] _bytes = new byte[InitialSize];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    public void Truncate(int length)
    {
        Length = length;
        if (length == 0 && _bytes.Length > LargestKept)
        {
            _bytes = new byte[InitialSize];
        }
    }

    public void RemoveFirst(int count)
    {
        Buffer.BlockCopy(_bytes, count, _bytes, 0, Length - count);
        Length -= count;
    }

    private void Reserve(int sizeHint)
    {
        var needed = Length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }
    }
}
