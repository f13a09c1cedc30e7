using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// The only place that builds names of keys and pub/sub channels. Every key of a channel has the channel's name as its hash tag, so
/// that one script may touch them all in a cluster; what belongs to a node is in keys without one.
/// </summary>
internal sealed class RedisKeys
{
    private readonly string _prefix;
    private readonly string _topics;

    /// <summary>Makes the names.</summary>
    /// <param name="prefix">What all of them start with.</param>
    /// <param name="database">The database's number: pub/sub does not know databases, so others than 0 have it in the name.</param>
    public RedisKeys(string prefix, int database)
    {
        _prefix = prefix;
        _topics = database > 0 ? FormattableString.Invariant($"{prefix}db{database}:") : prefix;
        Nodes = prefix + "nodes";
        Control = Topic(_topics + "control");
    }

    /// <summary>Sorted set: node, and the end of its lease.</summary>
    public RedisKey Nodes { get; }

    /// <summary>Pub/sub: what all nodes are told.</summary>
    public RedisChannel Control { get; }

    /// <summary>The names of one channel.</summary>
    public ChannelKeys Of(Channel channel)
    {
        var name = channel.WireName;
        return new ChannelKeys
        {
            Topic = Topic(_topics + "msg:" + name),
            TopicName = _topics + "msg:" + name,
            History = $"{_prefix}hist:{{{name}}}",
            Meta = $"{_prefix}meta:{{{name}}}",
            Connections = $"{_prefix}conns:{{{name}}}",
            Members = $"{_prefix}members:{{{name}}}",
            Fence = $"{_prefix}fence:{{{name}}}:",
            Once = $"{_prefix}once:{{{name}}}:",
        };
    }

    /// <summary>Set: the presence channels that a node has joins on, as <see cref="ChannelNote.Name"/>.</summary>
    public RedisKey Node(string node) => _prefix + "node:" + node;

    /// <summary>String: the receipt of a broadcast with an idempotency key.</summary>
    public RedisKey Receipt(string idempotencyKey) => _prefix + "once:" + idempotencyKey;

    /// <summary>Pub/sub: what one process is told, such as answers.</summary>
    public RedisChannel ControlOf(string process) => Topic(_topics + "control:" + process);

    // Literal, because a name may hold what would be a pattern.
    private static RedisChannel Topic(string name) => new(name, RedisChannel.PatternMode.Literal);
}
