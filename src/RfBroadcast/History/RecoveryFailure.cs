namespace RfBroadcast;

/// <summary>Why the messages a client missed cannot all be given to it.</summary>
public enum RecoveryFailure
{
    /// <summary>Nothing failed.</summary>
    None,

    /// <summary>Some of them are older than the history keeps, or more than it keeps.</summary>
    Expired,

    /// <summary>The position belongs to another history, or lies in its future: the store was lost.</summary>
    Epoch,

    /// <summary>There are more than may be sent at once (<see cref="BroadcastOptions.RecoveryBytes"/>).</summary>
    Limit,

    /// <summary>The channel keeps no history.</summary>
    NoHistory,
}
