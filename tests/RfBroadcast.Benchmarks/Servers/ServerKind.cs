namespace RfBroadcast.Benchmarks;

/// <summary>The servers that are compared.</summary>
public enum ServerKind
{
    /// <summary>This library, its memory broadcaster.</summary>
    RfBroadcast,

    /// <summary>SignalR: JSON protocol, one group a channel.</summary>
    SignalR,

    /// <summary>What the kernel costs: prepared frames and bare sockets.</summary>
    Limit,

    /// <summary>This library with compression switched on.</summary>
    RfBroadcastDeflate,

    /// <summary>ASP.NET Core's WebSocket with its own compression: every message is compressed for each connection.</summary>
    WebSocketDeflate,

    /// <summary>This library, two nodes that Redis joins: one publishes, the other has the subscribers and is measured.</summary>
    Redis,

    /// <summary>StackExchange.Redis alone: a PUBLISH for each message.</summary>
    RedisClient,
}
