using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Writes and walks the frames a server sends: final, unmasked, so that one frame's bytes serve every connection
/// (RFC 6455, sections 5.1 and 5.2).
/// </summary>
internal static class WebSocketFrame
{
    public const byte Continuation = 0x0;
    public const byte Text = 0x1;
    public const byte Binary = 0x2;
    public const byte Close = 0x8;
    public const byte Ping = 0x9;
    public const byte Pong = 0xA;

    /// <summary>The first reserved bit, to which permessage-deflate gives a meaning (RFC 7692, section 6).</summary>
    public const byte Deflated = 0x40;

    /// <summary>How many bytes a ping, a pong or a close may carry (RFC 6455, section 5.5).</summary>
    public const int MaxControlPayload = 125;

    /// <summary>A ping without payload.</summary>
    public static readonly ReadOnlyMemory<byte> EmptyPing = new byte[] { 0x80 | Ping, 0 };

    private const byte Final = 0x80;

    /// <summary>Writes one text frame.</summary>
    public static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> payload) => Write(output, Text, payload);

    /// <summary>Writes one text frame whose payload is compressed already, for connections that negotiated it.</summary>
    public static void WriteDeflatedText(IBufferWriter<byte> output, ReadOnlySpan<byte> deflated) => Write(output, Deflated | Text, deflated);

    /// <summary>Writes one frame.</summary>
    public static void Write(IBufferWriter<byte> output, byte opcode, ReadOnlySpan<byte> payload)
    {
        var frame = output.GetSpan(payload.Length + 10);
        var header = WriteHeader(frame, opcode, payload.Length);
        payload.CopyTo(frame[header..]);
        output.Advance(header + payload.Length);
    }

    /// <summary>Makes a close frame; a reason that is too long is cut between characters (RFC 6455, section 5.5).</summary>
    public static ReadOnlyMemory<byte> MakeClose(int code, string reason)
    {
        if (code == CloseCode.NoStatus)
        {
            return new byte[] { Final | Close, 0 };
        }

        var frame = new byte[2 + MaxControlPayload];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)code);
        Encoder encoder = Encoding.UTF8.GetEncoder();
        encoder.Convert(reason, frame.AsSpan(4), flush: true, out _, out var written, out _);
        WriteHeader(frame, Close, 2 + written);
        return frame.AsMemory(0, 4 + written);
    }

    /// <summary>Reads the code of a close frame.</summary>
    public static int CodeOf(ReadOnlySpan<byte> payload) =>
        payload.Length < 2 ? CloseCode.NoStatus : BinaryPrimitives.ReadUInt16BigEndian(payload);

    /// <summary>Takes the first frame off some prepared frames.</summary>
    public static (byte Opcode, ReadOnlyMemory<byte> Payload) Next(ref ReadOnlyMemory<byte> frames)
    {
        var bytes = frames.Span;
        var (header, length) = (bytes[1] & 0x7F) switch
        {
            126 => (4, BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])),
            127 => (10, (int)BinaryPrimitives.ReadUInt64BigEndian(bytes[2..])),
            var small => (2, small),
        };
        var opcode = (byte)(bytes[0] & 0x0F);
        var payload = frames.Slice(header, length);
        frames = frames[(header + length)..];
        return (opcode, payload);
    }

    /// <summary>Makes the answer to a ping (RFC 6455, section 5.5.3).</summary>
    public static ReadOnlyMemory<byte> MakePong(ReadOnlySpan<byte> payload)
    {
        var frame = new byte[2 + payload.Length];
        WriteHeader(frame, Pong, payload.Length);
        payload.CopyTo(frame.AsSpan(2));
        return frame;
    }

    /// <summary>Writes a ping whose payload, of at most 125 bytes, is what follows the header's two bytes.</summary>
    public static void WritePing(Span<byte> frame) => WriteHeader(frame, Ping, frame.Length - 2);

    /// <summary>Whether the last of some prepared frames is a close.</summary>
    public static bool EndWithClose(ReadOnlyMemory<byte> frames)
    {
        byte opcode = 0;
        while (!frames.IsEmpty)
        {
            (opcode, _) = Next(ref frames);
        }

        return opcode == Close;
    }

    private static int WriteHeader(Span<byte> frame, byte opcode, int length)
    {
        frame[0] = (byte)(Final | opcode);
        if (length <= MaxControlPayload)
        {
            frame[1] = (byte)length;
            return 2;
        }

        if (length <= ushort.MaxValue)
        {
            frame[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)length);
            return 4;
        }

        frame[1] = 127;
        BinaryPrimitives.WriteUInt64BigEndian(frame[2..], (ulong)length);
        return 10;
    }
}
