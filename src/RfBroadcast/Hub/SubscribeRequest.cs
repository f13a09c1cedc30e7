using System.Text.Json;

namespace RfBroadcast;

/// <summary>A subscription that the caller has authorized. Immutable.</summary>
public sealed record SubscribeRequest
{
    /// <summary>The connection that subscribes.</summary>
    public required string ConnectionId { get; init; }

    /// <summary>
    /// Whether the connection is one with a socket. If it has closed meanwhile, the subscription is
    /// <see cref="SubscribeOutcome.Ended"/>; when false, an id that is not known counts as one without a socket.
    /// </summary>
    public bool HasSocket { get; init; }

    /// <summary>The channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Who the connection is on a presence channel; null means the connection's own user.</summary>
    public string? UserId { get; init; }

    /// <summary>What other members are shown of the user; null for nothing.</summary>
    public JsonElement? UserInfo { get; init; }

    /// <summary>Where the client was before, to get what it has missed; null for a fresh subscription.</summary>
    public ChannelPosition? Since { get; init; }

    /// <summary>The id the client had before: messages that left that connection out are not replayed to it.</summary>
    public string? PreviousConnectionId { get; init; }

    /// <summary>For a fresh subscription: how many of the last messages to send first. Default 0.</summary>
    public int Last { get; init; }

    /// <summary>The client's own id for this request as raw JSON, repeated in the answer; null for none.</summary>
    public string? RequestId { get; init; }
}
