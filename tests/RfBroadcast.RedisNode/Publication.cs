using System.Text.Json;

namespace RfBroadcast.RedisNode;

/// <summary>What <c>POST /publish</c> takes.</summary>
public sealed record Publication(string Event, JsonElement Data, string? Channel = null, string? Except = null, string? Connection = null, string? Key = null);

/// <summary>What it answers when the event was accepted.</summary>
public sealed record Published(string? Epoch, long Offset, int LocalSubscribers);

/// <summary>What it answers when the back end could not be reached.</summary>
public sealed record Unpublished(string Message, bool MayHaveBeenSent);
