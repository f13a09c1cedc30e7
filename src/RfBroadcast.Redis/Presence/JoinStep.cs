namespace RfBroadcast.Redis;

/// <summary>What is to be written to Redis of a <see cref="LocalJoin"/>, as it was when that was decided.</summary>
internal sealed record JoinStep(bool Joins, byte[] Info, int Version, string? StoredBy, bool LeavesAtOnce);
