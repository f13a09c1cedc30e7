using System.Buffers.Binary;
using System.Text;

namespace RfBroadcast.Redis;

/// <summary>The first argument of every script of a channel (<c>open.lua</c>): new epoch 8 | seen epoch 8 | seen order 8 | lifetime 8, in ms | flags 1.</summary>
internal static class ScriptHead
{
    /// <summary>The flag that says that the server may be another one than before, so that the two are compared.</summary>
    public const byte ServerIsNew = 1;

    private const int Length = ChannelTops.EpochLength + ChannelTops.EpochLength + 8 + 8 + 1;

    public static byte[] Of(in ChannelPlace place, TimeSpan lifetime)
    {
        var head = new byte[Length];
        var rest = head.AsSpan();
        Epochs.Write(rest[..ChannelTops.EpochLength]);
        rest = rest[ChannelTops.EpochLength..];
        Encoding.ASCII.GetBytes(place.SeenEpoch ?? "", rest);
        rest = rest[ChannelTops.EpochLength..];
        BinaryPrimitives.WriteInt64BigEndian(rest, place.SeenOrder);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], (long)lifetime.TotalMilliseconds);
        rest[16] = place.IsServerNew ? ServerIsNew : (byte)0;
        return head;
    }
}
