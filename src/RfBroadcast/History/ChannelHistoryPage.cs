namespace RfBroadcast;

/// <summary>A part of a channel's history, read at one moment. Immutable.</summary>
/// <param name="Top">The position of the newest message at that moment; null when the channel keeps no history.</param>
/// <param name="Messages">The messages asked for, oldest first; empty when <paramref name="Failure"/> says why.</param>
/// <param name="Failure">Why messages after a position are not all there; otherwise none.</param>
public sealed record ChannelHistoryPage(
    ChannelPosition? Top,
    IReadOnlyList<BroadcastMessage> Messages,
    RecoveryFailure Failure = RecoveryFailure.None);
