namespace RfBroadcast;

/// <summary>
/// The back end that carries messages to subscribers: in this process (<see cref="MemoryBroadcaster"/>) or across nodes.
/// Inject it to publish; most calls are extension methods (<see cref="BroadcasterPublishExtensions"/>).
/// </summary>
/// <remarks>
/// Thread-safe. Delivery is at most once in general. On a channel with history, a client that comes back within the history
/// window gets every message once and in order, or is told that it cannot. Strings that name a channel are wire names.
/// </remarks>
public interface IBroadcaster
{
    /// <summary>
    /// Publishes an event. Completion means accepted, in order: messages of one channel reach every connection in one
    /// order, and a publisher that awaits sees its own order kept. It waits while too much is pending on a channel
    /// (<see cref="BroadcastOptions.PendingMessages"/>).
    /// </summary>
    /// <param name="request">What to publish, where, and whom to leave out.</param>
    /// <param name="cancellationToken">Cancels waiting; on the channels that had accepted the event before, it stays sent.</param>
    /// <returns>What was accepted, per channel.</returns>
    /// <exception cref="InvalidChannelException">A user or organization gives a name that is not valid.</exception>
    /// <exception cref="BroadcastSerializationException">The payload cannot be turned into JSON; nothing was sent.</exception>
    /// <exception cref="PayloadTooLargeException">The payload is too large; nothing was sent.</exception>
    /// <exception cref="ConnectionNotFoundException">The one connection it was for is not there.</exception>
    /// <exception cref="BroadcasterUnavailableException">The back end cannot be reached.</exception>
    ValueTask<BroadcastReceipt> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Subscribes a connection, authorized already by the caller. The id may be one without a socket: it then counts as
    /// subscribed (and as a member), and nothing is delivered. Returns when the subscription is in effect.
    /// </summary>
    /// <exception cref="AuthorizationFailedException">A presence channel without a user id.</exception>
    /// <exception cref="BroadcasterUnavailableException">The back end cannot be reached; the connection is not subscribed.</exception>
    ValueTask<SubscribeOutcome> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken = default);

    /// <summary>Ends a subscription. After the client was told, no frame of that channel follows.</summary>
    /// <returns>False when the connection was not subscribed.</returns>
    ValueTask<bool> UnsubscribeAsync(
        string connectionId,
        Channel channel,
        UnsubscribeReason reason = default,
        CancellationToken cancellationToken = default);

    /// <summary>Ends all subscriptions of a connection that has closed. Safe to call twice.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="leaveAtOnce">
    /// True when the app closed it: its user leaves presence channels now. False for any other close: the user is kept for
    /// <see cref="BroadcastOptions.PresenceGrace"/>, so that a page reload is no leave and join.
    /// </param>
    /// <param name="cancellationToken">Cancels waiting, not the removal.</param>
    ValueTask RemoveConnectionAsync(string connectionId, bool leaveAtOnce, CancellationToken cancellationToken = default);

    /// <summary>Whether the connection is subscribed to the channel on this node.</summary>
    bool IsSubscribed(string connectionId, Channel channel);

    /// <summary>The ids of the connections subscribed to the channel, in no particular order.</summary>
    /// <exception cref="BroadcasterUnavailableException">The back end cannot be reached.</exception>
    ValueTask<IReadOnlyList<string>> GetConnectionsAsync(Channel channel, CancellationToken cancellationToken = default);

    /// <summary>The members of a presence channel, oldest first; empty for any other channel.</summary>
    /// <exception cref="BroadcasterUnavailableException">The back end cannot be reached.</exception>
    ValueTask<IReadOnlyList<PresenceMember>> GetMembersAsync(Channel channel, CancellationToken cancellationToken = default);
}
