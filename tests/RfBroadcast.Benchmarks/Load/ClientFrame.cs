using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>Frames that a client sends. Masked with zero, which changes nothing and costs nothing.</summary>
public static class ClientFrame
{
    public const int Text = 1;
    public const int Pong = 10;

    public static byte[] Of(string text) => Of(Text, Encoding.UTF8.GetBytes(text));

    public static byte[] Of(int opcode, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, ushort.MaxValue, nameof(payload));
        var isShort = payload.Length < 126;
        return [
            (byte)(0x80 | opcode),
            .. isShort ? [(byte)(0x80 | payload.Length)] : (ReadOnlySpan<byte>)[0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length],
            0, 0, 0, 0,
            .. payload,
        ];
    }
}
