namespace RfBroadcast;

/// <summary>
/// Lets an app react to what clients do on this node. Register any number as services; implement what you need.
/// </summary>
/// <remarks>
/// Called off the send path, after the fact: nothing waits for a hook, another hook neither, and one that throws is logged
/// and harms nobody. A hook's calls of one connection come one after the other, in order; those of different connections at
/// once. At most once: what is waiting when the process ends is lost; beyond a thousand waiting of one connection further
/// client events are, and beyond ten thousand further subscriptions and their ends.
/// </remarks>
public interface IBroadcastHooks
{
    /// <summary>A client has connected.</summary>
    ValueTask ConnectedAsync(Client client, CancellationToken cancellationToken) => default;

    /// <summary>A client has gone; all its subscriptions have ended before.</summary>
    ValueTask DisconnectedAsync(Client client, CancellationToken cancellationToken) => default;

    /// <summary>A client is subscribed to a channel.</summary>
    ValueTask SubscribedAsync(Client client, Channel channel, CancellationToken cancellationToken) => default;

    /// <summary>A client's subscription has ended, whoever ended it.</summary>
    ValueTask UnsubscribedAsync(Client client, Channel channel, CancellationToken cancellationToken) => default;

    /// <summary>A client has sent a client event, which was allowed and is on its way to the others.</summary>
    ValueTask ClientEventAsync(Client client, BroadcastMessage message, CancellationToken cancellationToken) => default;
}
