namespace RfBroadcast.Redis;

/// <summary>Under which id this process is a node, and until when.</summary>
/// <param name="Node">The id; another one after a lease was lost.</param>
/// <param name="EndsAt">The end of the lease: Unix time in ms, by the clock of Redis.</param>
internal sealed record NodeLease(string Node, long EndsAt);
