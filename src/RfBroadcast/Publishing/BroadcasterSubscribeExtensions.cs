namespace RfBroadcast;

/// <summary>Subscribing by names, for server-side code. The channel is a wire name; guarantees and exceptions are those of <see cref="IBroadcaster"/>.</summary>
public static class BroadcasterSubscribeExtensions
{
    private static readonly BroadcastSerializer Serializer = new();

    /// <summary>Subscribes a connection; nobody is asked whether it may.</summary>
    /// <param name="broadcaster">The broadcaster.</param>
    /// <param name="connectionId">The connection, or an id without a socket.</param>
    /// <param name="channel">The wire name.</param>
    /// <param name="userId">Who it is on a presence channel; null means the connection's own user.</param>
    /// <param name="userInfo">What other members are shown of the user, as JSON with the Web defaults; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidChannelException">The name is not valid.</exception>
    public static ValueTask<SubscribeOutcome> SubscribeAsync(
        this IBroadcaster broadcaster,
        string connectionId,
        string channel,
        string? userId = null,
        object? userInfo = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        var request = new SubscribeRequest
        {
            ConnectionId = connectionId,
            Channel = Channel.Parse(channel),
            UserId = userId,
            UserInfo = userInfo is null ? null : Serializer.SerializeToElement(userInfo),
        };
        return broadcaster.SubscribeAsync(request, cancellationToken);
    }

    /// <summary>Ends a subscription; a client is told that the app did it (2000).</summary>
    /// <returns>False when the connection was not subscribed.</returns>
    /// <exception cref="InvalidChannelException">The name is not valid.</exception>
    public static ValueTask<bool> UnsubscribeAsync(
        this IBroadcaster broadcaster,
        string connectionId,
        string channel,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        return broadcaster.UnsubscribeAsync(connectionId, Channel.Parse(channel), UnsubscribeReason.ByApp, cancellationToken);
    }

    /// <summary>Whether the connection is subscribed to the channel on this node.</summary>
    /// <exception cref="InvalidChannelException">The name is not valid.</exception>
    public static bool IsSubscribed(this IBroadcaster broadcaster, string connectionId, string channel)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        return broadcaster.IsSubscribed(connectionId, Channel.Parse(channel));
    }

    /// <summary>The ids of the connections subscribed to the channel.</summary>
    /// <exception cref="InvalidChannelException">The name is not valid.</exception>
    public static ValueTask<IReadOnlyList<string>> GetConnectionsAsync(
        this IBroadcaster broadcaster,
        string channel,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        return broadcaster.GetConnectionsAsync(Channel.Parse(channel), cancellationToken);
    }

    /// <summary>The members of a presence channel, oldest first.</summary>
    /// <exception cref="InvalidChannelException">The name is not valid.</exception>
    public static ValueTask<IReadOnlyList<PresenceMember>> GetMembersAsync(
        this IBroadcaster broadcaster,
        string channel,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        return broadcaster.GetMembersAsync(Channel.Parse(channel), cancellationToken);
    }
}
