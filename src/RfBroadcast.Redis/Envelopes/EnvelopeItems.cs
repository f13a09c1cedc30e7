using System.Buffers.Binary;

namespace RfBroadcast.Redis;

/// <summary>The items of an envelope, one after the other: kind, length, body.</summary>
internal static class EnvelopeItems
{
    public const int ItemHeader = 5;

    /// <summary>How many there are, and how many of them the history keeps; -1 when they are broken.</summary>
    public static (int Count, int Kept) Count(ReadOnlySpan<byte> items)
    {
        var count = 0;
        var kept = 0;
        while (!items.IsEmpty)
        {
            if (items.Length < ItemHeader || LengthOf(items) is var length && (length < 0 || length > items.Length - ItemHeader))
            {
                return (-1, 0);
            }

            kept += items[0] == (byte)ItemKind.Kept ? 1 : 0;
            items = items[(ItemHeader + length)..];
            count++;
        }

        return (count, kept);
    }

    /// <summary>Takes the next item off the front, which is known to be whole.</summary>
    public static (ItemKind Kind, ReadOnlyMemory<byte> Body) Next(ref ReadOnlyMemory<byte> items)
    {
        var span = items.Span;
        var end = ItemHeader + LengthOf(span);
        var item = ((ItemKind)span[0], items[ItemHeader..end]);
        items = items[end..];
        return item;
    }

    /// <summary>Writes the header of an item.</summary>
    public static void WriteHeader(Span<byte> item, ItemKind kind, int bodyLength)
    {
        item[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(item[1..], bodyLength);
    }

    private static int LengthOf(ReadOnlySpan<byte> item) => BinaryPrimitives.ReadInt32BigEndian(item[1..]);
}
