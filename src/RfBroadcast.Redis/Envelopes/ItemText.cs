using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.Redis;

/// <summary>A text in an item: its length in two bytes, then UTF-8.</summary>
internal static class ItemText
{
    public static void Write(ref Span<byte> rest, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, rest[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)length));
        rest = rest[(2 + length)..];
    }

    public static string Read(ref ReadOnlySpan<byte> rest) => Encoding.UTF8.GetString(Take(ref rest));

    /// <summary>Reads a text that is probably this one, which is then given back instead of another copy. (One that is not ASCII is read anew.)</summary>
    public static string Read(ref ReadOnlySpan<byte> rest, string? expected)
    {
        var text = Take(ref rest);
        return expected is not null && Ascii.Equals(text, expected) ? expected : Encoding.UTF8.GetString(text);
    }

    /// <summary>Moves on past a text; false when there is none.</summary>
    public static bool TrySkip(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2 || rest.Length < 2 + BinaryPrimitives.ReadUInt16BigEndian(rest))
        {
            return false;
        }

        Take(ref rest);
        return true;
    }

    public static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest)
    {
        var end = 2 + BinaryPrimitives.ReadUInt16BigEndian(rest);
        var text = rest[2..end];
        rest = rest[end..];
        return text;
    }
}
