namespace RfBroadcast.Redis;

/// <summary>
/// The names under which the Redis broadcaster tells of itself, on the meter <see cref="BroadcastTelemetry.MeterName"/>.
/// </summary>
public static class RedisBroadcastTelemetry
{
    /// <summary>Gauge: 1 while this node has a working connection to Redis, else 0.</summary>
    public const string Connected = "rfbroadcast.redis.connected";

    /// <summary>Counter: connections to Redis that were made; the first one, and one for every time it was lost.</summary>
    public const string Sessions = "rfbroadcast.redis.sessions";

    /// <summary>Gauge: channels this node is subscribed to in Redis, now.</summary>
    public const string Channels = "rfbroadcast.redis.channels";

    /// <summary>Gauge, in bytes: what waits between Redis and the fan-out, now.</summary>
    public const string ReceiveBytes = "rfbroadcast.redis.receive.bytes";

    /// <summary>
    /// Counter: gaps on channels with history; the tag <see cref="BroadcastTelemetry.OutcomeTag"/> says whether messages were read again
    /// (<c>filled</c>, one each) or the clients told (<c>told</c>, one a channel).
    /// </summary>
    public const string Gaps = "rfbroadcast.redis.gaps";

    /// <summary>Counter: messages without history that never arrived at this node.</summary>
    public const string Lost = "rfbroadcast.redis.lost";

    /// <summary>Counter: messages that arrived and for which there was no room; with history they are read again.</summary>
    public const string Overflows = "rfbroadcast.redis.overflows";

    /// <summary>Counter: what came from Redis and could not be read: envelopes of a version this node does not know, and stored entries that others have written.</summary>
    public const string Unreadable = "rfbroadcast.redis.unreadable";

    /// <summary>Counter: dead nodes whose members this node took off.</summary>
    public const string Swept = "rfbroadcast.redis.swept";
}
