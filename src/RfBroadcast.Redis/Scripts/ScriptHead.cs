using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.Redis;

/// <summary>The first argument of every script of a channel (<c>open.lua</c>): new epoch 8 | seen epoch 8 | seen order 8 | lifetime 8, in ms | flags 1.</summary>
internal static class ScriptHead
{
    /// <summary>The flag that says that the server may be another one than before, so that the two are compared.</summary>
    public const byte ServerIsNew = 1;

    /// <summary>How many bytes <see cref="WriteSeen"/> writes.</summary>
    public const int SeenLength = ChannelTops.EpochLength + 8;

    private const int Length = ChannelTops.EpochLength + SeenLength + 8 + 1;

    public static byte[] Of(in ChannelPlace place, TimeSpan lifetime)
    {
        var head = new byte[Length];
        var rest = head.AsSpan();
        Epochs.Write(rest[..ChannelTops.EpochLength]);
        rest = rest[ChannelTops.EpochLength..];
        WriteSeen(rest, place);
        rest = rest[SeenLength..];
        BinaryPrimitives.WriteInt64BigEndian(rest, (long)lifetime.TotalMilliseconds);
        rest[8] = place.IsServerNew ? ServerIsNew : (byte)0;
        return head;
    }

    /// <summary>Writes what was seen of a channel: an epoch of zeros when nothing was.</summary>
    public static void WriteSeen(Span<byte> output, in ChannelPlace place)
    {
        Encoding.ASCII.GetBytes(place.SeenEpoch ?? "", output);
        BinaryPrimitives.WriteInt64BigEndian(output[ChannelTops.EpochLength..], place.SeenOrder);
    }
}
