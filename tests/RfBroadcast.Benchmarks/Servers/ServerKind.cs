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
}
