namespace RfBroadcast;

/// <summary>What happens to a channel's frames when a connection is too slow and its queue is full.</summary>
public enum OverflowPolicy
{
    /// <summary>The connection is closed with 4103; the client comes back and recovers by position. The default.</summary>
    Close,

    /// <summary>The oldest queued frames of the channel go first; the client is told how many with a <c>gap</c> frame.</summary>
    DropOldest,

    /// <summary>A newer frame replaces the queued one of the same channel and event; the client is told with a <c>gap</c> frame.</summary>
    Latest,
}
