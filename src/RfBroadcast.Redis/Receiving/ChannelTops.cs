using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Where a channel stood in Redis when a script answered: what every script of a channel begins its answer with.</summary>
internal readonly record struct ChannelTops(string Epoch, long Offset, long Order)
{
    public static ChannelTops Read(RedisResult[] reply) => new((string)reply[0]!, (long)reply[1], (long)reply[2]);
}
