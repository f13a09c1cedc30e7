namespace RfBroadcast;

/// <summary>
/// The names under which broadcasting tells of itself, for <c>AddMeter</c> and <c>AddSource</c>. No tag names a channel or a
/// user, so that the number of series stays small.
/// </summary>
public static class BroadcastTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "RfBroadcast";

    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "RfBroadcast";

    /// <summary>Up-down counter: connections with a socket, now.</summary>
    public const string Connections = "rfbroadcast.connections";

    /// <summary>Up-down counter: subscriptions of connections with a socket, now.</summary>
    public const string Subscriptions = "rfbroadcast.subscriptions";

    /// <summary>Counter: messages accepted, one a channel.</summary>
    public const string MessagesPublished = "rfbroadcast.messages.published";

    /// <summary>Counter: frames handed to connections by the fan-out.</summary>
    public const string Deliveries = "rfbroadcast.deliveries";

    /// <summary>Counter: frames dropped because a connection was too slow; the tag <see cref="PolicyTag"/> says by which policy.</summary>
    public const string Drops = "rfbroadcast.drops";

    /// <summary>Gauge, in bytes: what waits in the queues of all connections, now.</summary>
    public const string QueueBytes = "rfbroadcast.queue.bytes";

    /// <summary>Histogram, in seconds: how long a broadcast took until it was accepted.</summary>
    public const string BroadcastDuration = "rfbroadcast.broadcast.duration";

    /// <summary>Counter: clients that came back with a position; the tag <see cref="OutcomeTag"/> says what became of it.</summary>
    public const string Recoveries = "rfbroadcast.recoveries";

    /// <summary>Counter: error frames; the tag <see cref="CodeTag"/> has the error code of the protocol.</summary>
    public const string Errors = "rfbroadcast.errors";

    /// <summary>Activity: one broadcast.</summary>
    public const string PublishActivity = "rfbroadcast.publish";

    /// <summary>Activity: the authorization of one subscription.</summary>
    public const string AuthorizeActivity = "rfbroadcast.authorize";

    /// <summary>Tag: <c>close</c>, <c>drop_oldest</c> or <c>latest</c>.</summary>
    public const string PolicyTag = "rfbroadcast.policy";

    /// <summary>Tag: <c>recovered</c>, <c>expired</c>, <c>epoch</c>, <c>limit</c> or <c>no_history</c>.</summary>
    public const string OutcomeTag = "rfbroadcast.outcome";

    /// <summary>Tag: an error code of the protocol.</summary>
    public const string CodeTag = "rfbroadcast.code";

    /// <summary>Tag: the kind of channel: <c>public</c>, <c>private</c> or <c>presence</c>.</summary>
    public const string KindTag = "rfbroadcast.channel.kind";

    /// <summary>Tag: the event's name, on activities only.</summary>
    public const string EventTag = "rfbroadcast.event";

    /// <summary>Tag: whether a subscription was granted, on activities only.</summary>
    public const string GrantedTag = "rfbroadcast.granted";
}
