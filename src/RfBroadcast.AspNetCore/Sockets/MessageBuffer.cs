using System.Buffers;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// A client's message as its frames come: rented memory that grows with what is there, never with what a header promises, and
/// is given back with the message. Not thread-safe.
/// </summary>
internal struct MessageBuffer
{
    private const int InitialSize = 1024;

    private byte[]? _bytes;

    public int Length { get; private set; }

    public readonly ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Room for some more bytes, which count as written.</summary>
    public Span<byte> Add(int count)
    {
        var needed = Length + count;
        if (_bytes is null)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(needed, InitialSize));
        }
        else if (needed > _bytes.Length)
        {
            var full = _bytes;
            _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(needed, full.Length * 2));
            full.AsSpan(0, Length).CopyTo(_bytes);
            ArrayPool<byte>.Shared.Return(full);
        }

        var room = _bytes.AsSpan(Length, count);
        Length = needed;
        return room;
    }

    public void Free()
    {
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = null;
        Length = 0;
    }
}
