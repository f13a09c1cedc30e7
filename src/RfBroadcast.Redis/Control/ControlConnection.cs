namespace RfBroadcast.Redis;

/// <summary>A connection in an answer.</summary>
internal sealed record ControlConnection(string Id, string? UserId = null, IReadOnlyList<string>? Channels = null);
