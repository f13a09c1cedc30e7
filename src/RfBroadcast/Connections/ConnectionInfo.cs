namespace RfBroadcast;

/// <summary>One connected client. Immutable; as it was when it was listed.</summary>
/// <param name="ConnectionId">The connection's id.</param>
/// <param name="UserId">Its user, or null.</param>
/// <param name="Channels">The channels it is subscribed to.</param>
public sealed record ConnectionInfo(string ConnectionId, string? UserId, IReadOnlyList<Channel> Channels);
