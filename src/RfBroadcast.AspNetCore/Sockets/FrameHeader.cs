using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RfBroadcast.AspNetCore;

/// <summary>The header of a frame from a client (RFC 6455, section 5.2).</summary>
/// <param name="FirstByte">The final bit, the reserved bits and the opcode.</param>
/// <param name="Length">Of the payload; negative when the highest bit was set, which it may not be.</param>
/// <param name="Mask">The mask's bytes as they lie in memory; null when the frame is not masked.</param>
/// <param name="Size">How many bytes the header has.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FrameHeader(byte FirstByte, long Length, uint? Mask, int Size)
{
    private const int MostSize = 14;
    private const byte Masked = 0x80;

    public byte Opcode => (byte)(FirstByte & 0x0F);

    public bool IsFinal => (FirstByte & 0x80) != 0;

    /// <summary>The reserved bit that marks a compressed message (RFC 7692, section 6).</summary>
    public bool IsCompressed => (FirstByte & 0x40) != 0;

    public bool HasUnknownBits => (FirstByte & 0x30) != 0;

    public bool IsControl => (FirstByte & 0x08) != 0;

    /// <summary>Reads a header at the start of some bytes; false when it is not all there yet.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> bytes, out FrameHeader header)
    {
        header = default;
        Span<byte> copy = stackalloc byte[MostSize];
        scoped var start = bytes.FirstSpan;
        if (start.Length < MostSize)
        {
            var there = (int)Math.Min(MostSize, bytes.Length);
            bytes.Slice(0, there).CopyTo(copy);
            start = copy[..there];
        }

        if (start.Length < 2)
        {
            return false;
        }

        var lengthEnd = (start[1] & ~Masked) switch { 126 => 4, 127 => 10, _ => 2 };
        var size = lengthEnd + ((start[1] & Masked) != 0 ? sizeof(uint) : 0);
        if (start.Length < size)
        {
            return false;
        }

        var length = lengthEnd switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(start[2..]),
            10 => BinaryPrimitives.ReadInt64BigEndian(start[2..]),
            _ => start[1] & ~Masked,
        };
        uint? mask = size > lengthEnd ? MemoryMarshal.Read<uint>(start[lengthEnd..]) : null;
        header = new FrameHeader(start[0], length, mask, size);
        return true;
    }
}
