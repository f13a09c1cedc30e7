using System.Text.Json;

namespace RfBroadcast;

/// <summary>
/// Settles who a connection is on a presence channel (who the request names, else the connection's own user) and what is
/// shown of it. For broadcasters, before they subscribe a connection.
/// </summary>
public static class PresenceIdentity
{
    /// <summary>The request with its user id, where the channel has members.</summary>
    /// <param name="request">The subscription.</param>
    /// <param name="hub">Knows the connection's own user.</param>
    /// <exception cref="AuthorizationFailedException">Nobody says who it is.</exception>
    public static SubscribeRequest Settle(SubscribeRequest request, LocalHub hub)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(hub);
        if (!request.Channel.IsPresence)
        {
            return request;
        }

        var connection = hub.FindConnection(request.ConnectionId);
        var userId = request.UserId ?? connection?.UserId;
        if (userId is null && (connection is not null || !request.HasSocket)) // one that has closed needs no user
        {
            throw new AuthorizationFailedException(
                request.Channel,
                $"\"{request.Channel}\" is a presence channel and connection \"{request.ConnectionId}\" has no user: give SubscribeRequest.UserId, or grant one in the channel's authorization.");
        }

        return request with { UserId = userId, UserInfo = Settle(request.UserInfo) };
    }

    // It outlives the request, so it must not hang on a document that its owner disposes.
    private static JsonElement? Settle(JsonElement? info) =>
        info is { ValueKind: not JsonValueKind.Undefined } element ? element.Clone() : null;
}
