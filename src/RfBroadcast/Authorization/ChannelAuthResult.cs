namespace RfBroadcast;

/// <summary>The decision of an <see cref="IChannelAuth"/>: denied with a reason, or granted. Immutable.</summary>
public sealed record ChannelAuthResult
{
    private ChannelAuthResult()
    {
    }

    /// <summary>Whether the subscription is granted.</summary>
    public bool IsGranted { get; private init; }

    /// <summary>Why it is denied, for the client and the log; null when it is granted.</summary>
    public string? Reason { get; private init; }

    /// <summary>Who the connection is on the channel, instead of its own user; this is how guests get an id. Null for its own.</summary>
    public string? UserId { get; private init; }

    /// <summary>What other members of a presence channel are shown; serialised with the app's JSON settings. Null for nothing.</summary>
    public object? UserInfo { get; private init; }

    /// <summary>When the grant ends: the client is then unsubscribed (2501) and comes back to be authorized anew. Null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>Grants.</summary>
    /// <param name="userId">Who the connection is on the channel; null means its own user.</param>
    /// <param name="userInfo">What other members are shown; null for nothing.</param>
    /// <param name="expiresAt">When the grant ends; null for never.</param>
    public static ChannelAuthResult Grant(string? userId = null, object? userInfo = null, DateTimeOffset? expiresAt = null) =>
        new() { IsGranted = true, UserId = userId, UserInfo = userInfo, ExpiresAt = expiresAt };

    /// <summary>Denies.</summary>
    /// <param name="reason">Why; the client is told.</param>
    public static ChannelAuthResult Deny(string reason = "access denied")
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new() { Reason = reason };
    }
}
