using System.Buffers.Binary;
using System.Text;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// Where a channel stands in Redis: the last offset and the last order given out in an epoch. As Redis has it in the channel's meta, in envelopes and in
/// every script's answer: epoch 8 | offset 8 | order 8 | which server 2 | when it was last compared 6 (Unix time in ms), big-endian.
/// </summary>
internal readonly record struct ChannelTops(string Epoch, long Offset, long Order)
{
    public const int Length = EpochLength + 8 + 8 + 8;

    /// <summary>How many characters an epoch has, all ASCII.</summary>
    public const int EpochLength = 8;

    public static ChannelTops Read(RedisResult result)
    {
        var bytes = (byte[])result!; // every script of a channel gives it
        return new ChannelTops(Encoding.ASCII.GetString(bytes, 0, EpochLength), ReadOffset(bytes), ReadOrder(bytes));
    }

    public static long ReadOffset(ReadOnlySpan<byte> tops) => BinaryPrimitives.ReadInt64BigEndian(tops[EpochLength..]);

    public static long ReadOrder(ReadOnlySpan<byte> tops) => BinaryPrimitives.ReadInt64BigEndian(tops[(EpochLength + 8)..]);
}
