namespace RfBroadcast;

/// <summary>Settles who a connection is on a presence channel: who the request names, else the connection's own user.</summary>
internal static class PresenceIdentity
{
    /// <summary>The request with its user id, where the channel has members.</summary>
    /// <exception cref="AuthorizationFailedException">Nobody says who it is.</exception>
    public static SubscribeRequest Settle(SubscribeRequest request, LocalHub hub)
    {
        if (!request.Channel.IsPresence || request.UserId is not null)
        {
            return request;
        }

        return hub.FindConnection(request.ConnectionId)?.UserId is { } userId
            ? request with { UserId = userId }
            : throw new AuthorizationFailedException(
                request.Channel,
                $"\"{request.Channel}\" is a presence channel and connection \"{request.ConnectionId}\" has no user: give SubscribeRequest.UserId, or grant one in the channel's authorization.");
    }
}
