using System.Numerics;
using System.Runtime.InteropServices;

namespace RfBroadcast.AspNetCore;

/// <summary>Takes the mask off what a client sends (RFC 6455, section 5.3).</summary>
internal static class FrameMask
{
    /// <summary>Unmasks bytes in place.</summary>
    /// <param name="payload">The next bytes of a payload.</param>
    /// <param name="mask">The mask's bytes as they lie in memory.</param>
    /// <param name="position">Where in the payload they are.</param>
    public static void Apply(Span<byte> payload, uint mask, long position)
    {
        var turn = (int)(position & 3) * 8;
        mask = BitConverter.IsLittleEndian ? BitOperations.RotateRight(mask, turn) : BitOperations.RotateLeft(mask, turn);
        var words = MemoryMarshal.Cast<byte, ulong>(payload);
        var wide = ((ulong)mask << 32) | mask;
        for (var i = 0; i < words.Length; i++)
        {
            words[i] ^= wide;
        }

        Span<uint> one = [mask];
        var bytes = MemoryMarshal.AsBytes(one);
        for (var i = words.Length * sizeof(ulong); i < payload.Length; i++)
        {
            payload[i] ^= bytes[i & 3];
        }
    }
}
