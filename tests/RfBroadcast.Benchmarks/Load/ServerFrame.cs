using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RfBroadcast.Benchmarks;

/// <summary>Where one WebSocket frame from a server lies in what was received.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ServerFrame(int Opcode, bool IsFinal, bool IsDeflated, int PayloadStart, int PayloadLength)
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Ping = 9;

    /// <summary>The whole, header included.</summary>
    public int Length => PayloadStart + PayloadLength;

    /// <summary>Reads the header at the start of what was received; false when the frame is not there as a whole.</summary>
    /// <exception cref="InvalidDataException">The frame is masked, or uses a reserved bit other than that of compression.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ServerFrame frame)
    {
        frame = default;
        if (bytes.Length < 2)
        {
            return false;
        }

        if ((bytes[0] & 0x30) != 0 || bytes[1] > 127)
        {
            throw new InvalidDataException($"A frame that starts with {bytes[0]:x2} {bytes[1]:x2} is not one that these servers send.");
        }

        int length = bytes[1];
        var start = 2;
        if (length == 126)
        {
            start = 4;
            length = bytes.Length < start ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        }
        else if (length == 127)
        {
            start = 10;
            length = bytes.Length < start ? int.MaxValue : checked((int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]));
        }

        if (bytes.Length - start < length)
        {
            return false;
        }

        frame = new ServerFrame(bytes[0] & 0x0f, bytes[0] >= 0x80, (bytes[0] & 0x40) != 0, start, length);
        return true;
    }
}
