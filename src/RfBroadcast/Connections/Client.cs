namespace RfBroadcast;

/// <summary>A connected client, as hooks are told of it. Immutable.</summary>
/// <param name="ConnectionId">The connection's id.</param>
/// <param name="UserId">Its user, or null.</param>
public sealed record Client(string ConnectionId, string? UserId);
