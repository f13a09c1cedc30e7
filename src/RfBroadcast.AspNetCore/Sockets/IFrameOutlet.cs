namespace RfBroadcast.AspNetCore;

/// <summary>
/// One way out to a client. Chosen once per connection, used by its <see cref="OutgoingQueue"/> alone, one write at a time.
/// </summary>
internal interface IFrameOutlet
{
    /// <summary>Whether it can send WebSocket pings.</summary>
    bool SendsPings { get; }

    /// <summary>What it mostly writes to, if that is an object of this connection's own (<see cref="IConnection.Touches"/>).</summary>
    object? Target => null;

    /// <summary>
    /// Writes whole prepared frames. Completed means handed over, not received. Throws when the connection is gone.
    /// </summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> frames);

    /// <summary>Ends the connection at once; a write that waits fails.</summary>
    void Abort();
}
