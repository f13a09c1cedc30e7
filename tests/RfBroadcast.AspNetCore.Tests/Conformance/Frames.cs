using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>Makes what a client sends, frame by frame: well made, or broken in one thing (RFC 6455, section 5.2).</summary>
internal static class Frames
{
    public const int Continuation = 0x0;
    public const int TextCode = 0x1;
    public const int BinaryCode = 0x2;
    public const int CloseCode = 0x8;
    public const int PingCode = 0x9;
    public const int PongCode = 0xA;

    private static readonly byte[] Mask = [0x37, 0xFA, 0x21, 0x3D];

    public static byte[] Text(string text) => Frame(TextCode, Encoding.UTF8.GetBytes(text));

    public static byte[] Binary(params byte[] payload) => Frame(BinaryCode, payload);

    public static byte[] Ping(string payload = "") => Frame(PingCode, Encoding.UTF8.GetBytes(payload));

    public static byte[] Pong(string payload = "") => Frame(PongCode, Encoding.UTF8.GetBytes(payload));

    public static byte[] Close(int code, string reason = "") => Close(code, Encoding.UTF8.GetBytes(reason));

    public static byte[] Close(int code, byte[] reason) => Frame(CloseCode, [(byte)(code >> 8), (byte)code, .. reason]);

    /// <summary>A frame, as the arguments want it.</summary>
    /// <param name="opcode">What it is.</param>
    /// <param name="payload">Not masked yet.</param>
    /// <param name="isFinal">Whether the message ends with it.</param>
    /// <param name="reserved">The reserved bits, 0 to 7.</param>
    /// <param name="isMasked">Whether it is masked, as a client's must be.</param>
    public static byte[] Frame(int opcode, byte[] payload, bool isFinal = true, int reserved = 0, bool isMasked = true)
    {
        var header = Header(opcode, (ulong)payload.Length, isFinal, reserved, isMasked);
        var frame = new byte[header.Length + payload.Length];
        header.CopyTo(frame, 0);
        for (var i = 0; i < payload.Length; i++)
        {
            frame[header.Length + i] = isMasked ? (byte)(payload[i] ^ Mask[i % Mask.Length]) : payload[i];
        }

        return frame;
    }

    /// <summary>Only what stands before the payload.</summary>
    public static byte[] Header(int opcode, ulong length, bool isFinal = true, int reserved = 0, bool isMasked = true)
    {
        var header = new List<byte> { (byte)((isFinal ? 0x80 : 0) | (reserved << 4) | opcode) };
        var masked = isMasked ? 0x80 : 0;
        if (length < 126)
        {
            header.Add((byte)(masked | (int)length));
        }
        else if (length <= ushort.MaxValue)
        {
            header.AddRange([(byte)(masked | 126), (byte)(length >> 8), (byte)length]);
        }
        else
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, length);
            header.AddRange([(byte)(masked | 127), .. bytes]);
        }

        return [.. header, .. isMasked ? Mask : []];
    }

    /// <summary>A message in frames of at most <paramref name="size"/> bytes of payload.</summary>
    public static byte[] Message(int opcode, byte[] payload, int size)
    {
        using var frames = new MemoryStream();
        for (var start = 0; start == 0 || start < payload.Length; start += size)
        {
            var end = Math.Min(payload.Length, start + size);
            frames.Write(Frame(start == 0 ? opcode : Continuation, payload[start..end], isFinal: end == payload.Length));
        }

        return frames.ToArray();
    }

    /// <summary>A message in these frames.</summary>
    public static byte[] Fragments(int opcode, params byte[][] parts)
    {
        using var frames = new MemoryStream();
        for (var i = 0; i < parts.Length; i++)
        {
            frames.Write(Frame(i == 0 ? opcode : Continuation, parts[i], isFinal: i == parts.Length - 1));
        }

        return frames.ToArray();
    }
}
