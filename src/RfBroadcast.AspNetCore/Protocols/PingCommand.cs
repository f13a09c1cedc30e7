using System.Text.Json;

namespace RfBroadcast.AspNetCore;

/// <summary>A ping; in its short form it wants its data echoed.</summary>
internal sealed record PingCommand(string? RequestId, bool IsShortForm, JsonElement? Data) : ClientCommand(RequestId);
