namespace RfBroadcast;

/// <summary>One event on one channel, as it travels. Immutable.</summary>
public sealed record BroadcastMessage
{
    /// <summary>The channel it travels on.</summary>
    public required Channel Channel { get; init; }

    /// <summary>The event's name.</summary>
    public required string Event { get; init; }

    /// <summary>The event's data: one JSON value as UTF-8.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The id of the connection to leave out, or null.</summary>
    public string? Except { get; init; }

    /// <summary>Who sent it: set by the server on client events of presence channels, otherwise null.</summary>
    public string? UserId { get; init; }

    /// <summary>Whether a client sent it. Client events are never kept in a history.</summary>
    public bool IsClientEvent { get; init; }

    /// <summary>Its place in the channel's history, from 1; 0 on a channel without history.</summary>
    public long Offset { get; init; }
}
