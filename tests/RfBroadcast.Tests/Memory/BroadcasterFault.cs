namespace RfBroadcast.Tests;

/// <summary>What a <see cref="FaultyBroadcaster"/> does wrong.</summary>
public enum BroadcasterFault
{
    None,
    Loses,
    Repeats,
    LeavesNobodyOut,
    ForgetsKeys,
    HasNoGrace,
    ReplaysNothing,
    Hangs,
}
