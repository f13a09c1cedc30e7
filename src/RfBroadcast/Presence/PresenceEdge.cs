namespace RfBroadcast;

/// <summary>A member joined or left a presence channel: the first connection came, or the last one went. Immutable.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Member">The member.</param>
/// <param name="IsJoin">True for a join, false for a leave.</param>
/// <param name="Revision">More than 0, and more than that of the channel's edges before; a snapshot carries the revision it includes.</param>
/// <param name="Except">The connection that joined, which is not told of itself; null for a leave.</param>
public sealed record PresenceEdge(Channel Channel, PresenceMember Member, bool IsJoin, long Revision, string? Except);
