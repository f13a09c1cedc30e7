namespace RfBroadcast;

/// <summary>What a client is told when its subscription is in effect. Immutable.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="RequestId">The client's own id for its request as raw JSON, or null.</param>
/// <param name="Members">On a presence channel the members, the subscriber included; otherwise null.</param>
/// <param name="Position">On a channel with history the position from which live messages follow; otherwise null.</param>
/// <param name="Recovered">Whether all missed messages follow; null when the client did not ask for them.</param>
/// <param name="Failure">Why they do not.</param>
public sealed record SubscribedFrame(
    Channel Channel,
    string? RequestId,
    IReadOnlyList<PresenceMember>? Members,
    ChannelPosition? Position,
    bool? Recovered,
    RecoveryFailure Failure);
