using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.Redis;

/// <summary>The first argument of every script of a channel (<c>open.lua</c>): new epoch 8 | seen epoch 8 | seen order 8 | lifetime 8, in ms | flags 1.</summary>
internal static class ScriptHead
{
    /// <summary>The flag that says that the server may be another one than before, so that the two are compared.</summary>
    public const byte ServerIsNew = 1;

    /// <summary>Without the flags.</summary>
    public const int Length = ChannelTops.EpochLength + ChannelTops.EpochLength + 8 + 8;

    public static byte[] Of(in ChannelPlace place, TimeSpan lifetime)
    {
        var head = new byte[Length + 1];
        var rest = head.AsSpan();
        WriteSeen(ref rest, place);
        BinaryPrimitives.WriteInt64BigEndian(rest, (long)lifetime.TotalMilliseconds);
        rest[8] = place.IsServerNew ? ServerIsNew : (byte)0;
        return head;
    }

    /// <summary>Writes a new epoch, and what was seen: an epoch of zeros when nothing was.</summary>
    public static void WriteSeen(ref Span<byte> rest, in ChannelPlace place)
    {
        Epochs.Write(rest[..ChannelTops.EpochLength]);
        rest = rest[ChannelTops.EpochLength..];
        Encoding.ASCII.GetBytes(place.SeenEpoch ?? "", rest);
        BinaryPrimitives.WriteInt64BigEndian(rest[ChannelTops.EpochLength..], place.SeenOrder);
        rest = rest[(ChannelTops.EpochLength + 8)..];
    }
}
