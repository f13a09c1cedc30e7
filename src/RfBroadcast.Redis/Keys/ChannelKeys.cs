using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>The names of one channel's keys. Made by <see cref="RedisKeys"/> alone.</summary>
internal sealed class ChannelKeys
{
    /// <summary>Pub/sub: its envelopes.</summary>
    public required RedisChannel Topic { get; init; }

    /// <summary>The same, for a script to publish on.</summary>
    public required RedisValue TopicName { get; init; }

    /// <summary>Stream: its history.</summary>
    public required RedisKey History { get; init; }

    /// <summary>Hash: epoch, top offset, top order, the server's run id.</summary>
    public required RedisKey Meta { get; init; }

    /// <summary>Hash: connection, and its node and user.</summary>
    public required RedisKey Connections { get; init; }

    /// <summary>Hash: user, and count, time of joining, info.</summary>
    public required RedisKey Members { get; init; }

    public required string Fence { private get; init; }

    public required string Once { private get; init; }

    /// <summary>String: there when that node was swept here, so that it joins nobody any more.</summary>
    public RedisKey FenceOf(string node) => Fence + node;

    /// <summary>String: what became of the broadcast with that idempotency key on this channel.</summary>
    public RedisKey OnceOf(string idempotencyKey) => Once + idempotencyKey;
}
