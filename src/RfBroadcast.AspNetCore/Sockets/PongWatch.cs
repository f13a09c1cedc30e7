using System.Buffers.Binary;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Walks the frame headers of what a client sends (RFC 6455, section 5.2), in pieces cut anywhere, and finds pongs of eight
/// bytes. It checks nothing: that is the reader's. Not thread-safe.
/// </summary>
internal sealed class PongWatch
{
    private const int MostHeader = 14;
    private const byte Pong = 0xA;
    private const byte Masked = 0x80;

    private readonly byte[] _frame = new byte[MostHeader]; // a header, or a header and the payload of a pong of eight bytes
    private int _length;
    private long _skip;

    /// <summary>Takes bytes off until a pong is complete; false when there is none in them.</summary>
    public bool TryFind(ref ReadOnlySpan<byte> received, out long payload)
    {
        while (!received.IsEmpty)
        {
            if (_skip > 0)
            {
                var skipped = (int)Math.Min(_skip, received.Length);
                received = received[skipped..];
                _skip -= skipped;
                continue;
            }

            _frame[_length++] = received[0];
            received = received[1..];
            if (_length < 2 || _length < Needed())
            {
                continue;
            }

            var isPong = IsPong();
            payload = isPong ? Unmask() : 0;
            _skip = isPong ? 0 : PayloadLength();
            _length = 0;
            if (isPong)
            {
                return true;
            }
        }

        payload = 0;
        return false;
    }

    // Clients mask (section 5.1): a mask of four bytes and eight of payload fill what is kept exactly.
    private bool IsPong() => (_frame[0] & 0x0F) == Pong && _frame[1] == (Masked | sizeof(long));

    private int Needed()
    {
        if (IsPong())
        {
            return MostHeader;
        }

        var mask = (_frame[1] & Masked) != 0 ? 4 : 0;
        return mask + ((_frame[1] & 0x7F) switch { 126 => 4, 127 => 10, _ => 2 });
    }

    private long PayloadLength() => (_frame[1] & 0x7F) switch
    {
        126 => BinaryPrimitives.ReadUInt16BigEndian(_frame.AsSpan(2)),
        127 => BinaryPrimitives.ReadInt64BigEndian(_frame.AsSpan(2)) & long.MaxValue,
        var small => small,
    };

    private long Unmask()
    {
        var mask = BinaryPrimitives.ReadUInt32BigEndian(_frame.AsSpan(2));
        return BinaryPrimitives.ReadInt64BigEndian(_frame.AsSpan(6)) ^ (long)(((ulong)mask << 32) | mask);
    }
}
