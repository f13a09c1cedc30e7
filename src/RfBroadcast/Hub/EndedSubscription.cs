namespace RfBroadcast;

/// <summary>A subscription that the hub has ended.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="UserId">Who it was on a presence channel.</param>
/// <param name="WasLive">Whether it had been complete; if not, whoever completes it is told that it ended.</param>
public readonly record struct EndedSubscription(Channel Channel, string? UserId, bool WasLive);
