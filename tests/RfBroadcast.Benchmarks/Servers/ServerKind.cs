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
}
