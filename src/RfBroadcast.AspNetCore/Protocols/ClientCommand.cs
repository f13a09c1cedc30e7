using System.Text.Json;

namespace RfBroadcast.AspNetCore;

/// <summary>A message from a client, read and checked for its form. Holds no memory of the buffer it came in.</summary>
/// <param name="RequestId">The client's id for it as raw JSON, or null.</param>
internal abstract record ClientCommand(string? RequestId);

/// <summary>Subscribe to a channel.</summary>
internal sealed record SubscribeCommand(string? RequestId, string Channel, ChannelPosition? Since, string? PreviousConnectionId, int Last)
    : ClientCommand(RequestId);

/// <summary>Unsubscribe from a channel.</summary>
internal sealed record UnsubscribeCommand(string? RequestId, string Channel) : ClientCommand(RequestId);

/// <summary>A client event for the other subscribers of a channel.</summary>
internal sealed record EventCommand(string? RequestId, string Channel, string Event, JsonElement Data, int DataBytes) : ClientCommand(RequestId);

/// <summary>A ping; in its short form it wants its data echoed.</summary>
internal sealed record PingCommand(string? RequestId, bool IsShortForm, JsonElement? Data) : ClientCommand(RequestId);

/// <summary>Something that is none of these.</summary>
internal sealed record FaultyCommand(string? RequestId, ClientFault Fault) : ClientCommand(RequestId);
