using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.Redis;

/// <summary>
/// What travels on a channel's topic: some consecutive items of one publisher. Numbers are big-endian.
/// </summary>
/// <remarks>
/// <code>
/// plain    version 1 | 1 | publisher 8 | sequence 8 | flags 1 | items
/// ordered  version 1 | 2 | publisher 8 | epoch 8 | offset 8 | order 8 | server 2 | compared 6 | items
/// item     kind 1 | length 4 | body
/// </code>
/// Plain ones are counted by their publisher, item by item, in a sequence of the channel; the number is that of the first item. An envelope
/// without items says that its number is used up. Ordered ones were counted by the script that published them, and have the channel's tops (<see
/// cref="ChannelTops"/>) after their last item. The rule for versions is in docs/redis.md: all nodes read a new one before any writes it.
/// </remarks>
internal readonly struct Envelope
{
    public const byte Version = 1;

    /// <summary>Up to this an ordered envelope is the same in every call of a publisher's: version, type, publisher.</summary>
    public const int PrefixLength = 10;

    public const int PlainHeader = PrefixLength + 8 + 1;
    public const int OrderedHeader = PrefixLength + ChannelTops.Length;

    private const byte PlainType = 1;
    private const byte OrderedType = 2;
    private const byte LeadsFlag = 1;

    private Envelope(ulong publisher, long sequence, bool leads, ReadOnlyMemory<byte> items)
    {
        Publisher = publisher;
        First = sequence;
        Leads = leads;
        Items = items;
        (Count, _) = EnvelopeItems.Count(items.Span);
    }

    private Envelope(ulong publisher, ReadOnlyMemory<byte> tops, ReadOnlyMemory<byte> items)
    {
        IsOrdered = true;
        Publisher = publisher;
        Items = items;
        EpochBytes = tops[..ChannelTops.EpochLength];
        (Count, var kept) = EnvelopeItems.Count(items.Span);
        First = ChannelTops.ReadOrder(tops.Span) - Count + 1;
        FirstOffset = ChannelTops.ReadOffset(tops.Span) - kept + 1;
    }

    /// <summary>Whether a script counted it, for all publishers.</summary>
    public bool IsOrdered { get; }

    /// <summary>The process that published it.</summary>
    public ulong Publisher { get; }

    /// <summary>The order, or in a plain one the sequence number, of the first item.</summary>
    public long First { get; }

    /// <summary>The order or sequence number of the last item; that of the first when there is none.</summary>
    public long Last => First + Math.Max(Count, 1) - 1;

    /// <summary>The offset of the first item that is kept.</summary>
    public long FirstOffset { get; }

    /// <summary>Whether nothing of its publisher's can be on its way before it: it is the first, or the first after a while.</summary>
    public bool Leads { get; }

    /// <summary>The epoch of an ordered one, in ASCII.</summary>
    public ReadOnlyMemory<byte> EpochBytes { get; }

    /// <summary>How many items there are.</summary>
    public int Count { get; }

    public ReadOnlyMemory<byte> Items { get; }

    /// <summary>How many bytes it has, about.</summary>
    public int Length => Items.Length + OrderedHeader;

    /// <summary>Reads an envelope; false when it is broken or of a version that this code does not know.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out Envelope envelope)
    {
        envelope = default;
        var span = bytes.Span;
        if (span.Length < PlainHeader || span[0] != Version)
        {
            return false;
        }

        var publisher = BinaryPrimitives.ReadUInt64BigEndian(span[2..]);
        switch (span[1])
        {
            case PlainType:
                var sequence = BinaryPrimitives.ReadInt64BigEndian(span[PrefixLength..]);
                envelope = new Envelope(publisher, sequence, (span[PlainHeader - 1] & LeadsFlag) != 0, bytes[PlainHeader..]);
                return envelope.Count >= 0;
            case OrderedType when span.Length >= OrderedHeader:
                envelope = new Envelope(publisher, bytes.Slice(PrefixLength, ChannelTops.Length), bytes[OrderedHeader..]);
                return envelope.Count > 0;
            default:
                return false;
        }
    }

    /// <summary>The epoch as text; the same string again when it has not changed.</summary>
    public string Epoch(string? known) =>
        known is not null && Ascii.Equals(EpochBytes.Span, known) ? known : Encoding.ASCII.GetString(EpochBytes.Span);

    /// <summary>Writes the header of a plain envelope.</summary>
    public static void WritePlainHeader(Span<byte> header, ulong publisher, long sequence, bool leads)
    {
        WritePrefix(header, PlainType, publisher);
        BinaryPrimitives.WriteInt64BigEndian(header[PrefixLength..], sequence);
        header[PlainHeader - 1] = leads ? LeadsFlag : (byte)0;
    }

    /// <summary>What a script puts before the tops.</summary>
    public static byte[] OrderedPrefix(ulong publisher)
    {
        var prefix = new byte[PrefixLength];
        WritePrefix(prefix, OrderedType, publisher);
        return prefix;
    }

    private static void WritePrefix(Span<byte> header, byte type, ulong publisher)
    {
        header[0] = Version;
        header[1] = type;
        BinaryPrimitives.WriteUInt64BigEndian(header[2..], publisher);
    }
}
