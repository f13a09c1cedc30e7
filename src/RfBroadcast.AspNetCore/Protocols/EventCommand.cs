using System.Text.Json;

namespace RfBroadcast.AspNetCore;

/// <summary>A client event for the other subscribers of a channel.</summary>
internal sealed record EventCommand(string? RequestId, string Channel, string Event, JsonElement Data, int DataBytes) : ClientCommand(RequestId);
