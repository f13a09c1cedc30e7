namespace RfBroadcast;

/// <summary>What was read for a subscription before it goes live: history, members. Immutable.</summary>
public sealed record SubscriptionStart
{
    /// <summary>The channel's newest position when it was read; null without history.</summary>
    public ChannelPosition? Position { get; init; }

    /// <summary>The messages to send first, oldest first, up to <see cref="Position"/>.</summary>
    public IReadOnlyList<BroadcastMessage> Missed { get; init; } = [];

    /// <summary>Whether <see cref="Missed"/> is all the client missed; null when it did not ask.</summary>
    public bool? Recovered { get; init; }

    /// <summary>Why it is not.</summary>
    public RecoveryFailure Failure { get; init; }

    /// <summary>The members of a presence channel; otherwise null.</summary>
    public IReadOnlyList<PresenceMember>? Members { get; init; }

    /// <summary>The last edge that <see cref="Members"/> includes.</summary>
    public long Revision { get; init; }
}
