using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.Redis;

/// <summary>
/// A message as an item: flags 1 | time 8 (UTC, in 100 ns) | event 2 + text | left out 2 + text | user 2 + text | data. What the flags do not
/// name is not there.
/// </summary>
internal static class MessageItem
{
    private const byte HasExcept = 1;
    private const byte HasUser = 2;
    private const byte IsClientEvent = 4;
    private const int Fixed = 1 + 8 + 2;

    /// <summary>How many bytes the whole item has, header included.</summary>
    public static int SizeOf(BroadcastMessage message) =>
        EnvelopeItems.ItemHeader + Fixed + Encoding.UTF8.GetByteCount(message.Event) + SizeOf(message.Except) + SizeOf(message.UserId) + message.Data.Length;

    /// <summary>Writes the whole item, and moves on past it.</summary>
    public static void Write(ref Span<byte> output, BroadcastMessage message, ItemKind kind)
    {
        var size = SizeOf(message);
        EnvelopeItems.WriteHeader(output, kind, size - EnvelopeItems.ItemHeader);
        var rest = output[EnvelopeItems.ItemHeader..size];
        output = output[size..];
        rest[0] = (byte)((message.Except is null ? 0 : HasExcept) | (message.UserId is null ? 0 : HasUser) | (message.IsClientEvent ? IsClientEvent : 0));
        BinaryPrimitives.WriteInt64BigEndian(rest[1..], message.Timestamp.UtcTicks);
        rest = rest[9..];
        ItemText.Write(ref rest, message.Event);
        if (message.Except is not null)
        {
            ItemText.Write(ref rest, message.Except);
        }

        if (message.UserId is not null)
        {
            ItemText.Write(ref rest, message.UserId);
        }

        message.Data.Span.CopyTo(rest);
    }

    /// <summary>The whole item by itself.</summary>
    public static byte[] Write(BroadcastMessage message, ItemKind kind)
    {
        var item = GC.AllocateUninitializedArray<byte>(SizeOf(message));
        var output = item.AsSpan();
        Write(ref output, message, kind);
        return item;
    }

    /// <summary>Reads a body. Its data stays where it is: the message shares the envelope's bytes.</summary>
    /// <param name="body">The item's body.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="offset">Its offset, or 0.</param>
    /// <param name="lastEvent">The event name read last on the channel, which is mostly this one's, too.</param>
    public static BroadcastMessage Read(ReadOnlyMemory<byte> body, Channel channel, long offset, ref string? lastEvent)
    {
        var span = body.Span;
        var flags = span[0];
        var time = new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(span[1..]), TimeSpan.Zero);
        var rest = span[9..];
        lastEvent = ItemText.Read(ref rest, lastEvent);
        var except = (flags & HasExcept) != 0 ? ItemText.Read(ref rest) : null;
        var user = (flags & HasUser) != 0 ? ItemText.Read(ref rest) : null;
        return new BroadcastMessage
        {
            Channel = channel,
            Event = lastEvent,
            Data = body[^rest.Length..],
            Timestamp = time,
            Except = except,
            UserId = user,
            IsClientEvent = (flags & IsClientEvent) != 0,
            Offset = offset,
        };
    }

    /// <summary>Whether these bytes are the item, header included, of a message that is kept, and can be read.</summary>
    public static bool IsKept(ReadOnlySpan<byte> item)
    {
        if (EnvelopeItems.Count(item) is not (1, 1))
        {
            return false;
        }

        var body = item[EnvelopeItems.ItemHeader..];
        if (body.Length < Fixed || BinaryPrimitives.ReadInt64BigEndian(body[1..]) is var ticks && (ticks < 0 || ticks > DateTime.MaxValue.Ticks))
        {
            return false;
        }

        var rest = body[9..];
        return ItemText.TrySkip(ref rest)
            && ((body[0] & HasExcept) == 0 || ItemText.TrySkip(ref rest))
            && ((body[0] & HasUser) == 0 || ItemText.TrySkip(ref rest));
    }

    private static int SizeOf(string? text) => text is null ? 0 : 2 + Encoding.UTF8.GetByteCount(text);
}
