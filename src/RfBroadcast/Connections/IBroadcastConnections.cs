namespace RfBroadcast;

/// <summary>
/// Lists and disconnects clients from the server. Unsubscribing one from a channel is
/// <see cref="IBroadcaster.UnsubscribeAsync"/>. Thread-safe.
/// </summary>
public interface IBroadcastConnections
{
    /// <summary>The clients that are connected, in no particular order.</summary>
    ValueTask<IReadOnlyList<ConnectionInfo>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Disconnects one client, after what is queued for it.</summary>
    /// <returns>False when there is no such connection.</returns>
    /// <exception cref="BroadcasterUnavailableException">It is not on this node, and the others cannot be asked.</exception>
    ValueTask<bool> DisconnectAsync(string connectionId, DisconnectReason? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Disconnects all clients of one user.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="BroadcasterUnavailableException">The other nodes cannot be asked. Those of this node have been disconnected.</exception>
    ValueTask<int> DisconnectUserAsync(string userId, DisconnectReason? reason = null, CancellationToken cancellationToken = default);
}
