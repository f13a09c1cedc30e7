namespace RfBroadcast.Redis;

/// <summary>What a sentinel says: the master, and by which fail-over it became that. Of two that differ the higher epoch is right.</summary>
internal readonly record struct SentinelAnswer(SentinelAddress Master, long Epoch);
