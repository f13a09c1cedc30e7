namespace RfBroadcast;

/// <summary>Why a subscription ends, and what the client is told. The default: the client asked for it.</summary>
/// <param name="Code">The code of the unsubscribed frame (docs/protocol.md); 0 when the client asked.</param>
/// <param name="Message">A text for people, or null.</param>
/// <param name="RequestId">The client's id for its request as raw JSON, or null.</param>
public readonly record struct UnsubscribeReason(int Code, string? Message = null, string? RequestId = null)
{
    /// <summary>Ended by the app; the client does not come back.</summary>
    public static UnsubscribeReason ByApp { get; } = new(2000, "unsubscribed by the application");

    /// <summary>The client may no longer see the channel; it does not come back.</summary>
    public static UnsubscribeReason Revoked { get; } = new(2001, "access revoked");

    /// <summary>Messages were lost that cannot be filled in; the client subscribes again with its position.</summary>
    public static UnsubscribeReason Gap { get; } = new(2500, "messages were missed");

    /// <summary>The grant has expired; the client subscribes again and is authorized anew.</summary>
    public static UnsubscribeReason GrantExpired { get; } = new(2501, "the grant expired");

    /// <summary>Whether the client is expected to subscribe again at once, so that its user stays for the grace period.</summary>
    public bool ClientComesBack => Code >= 2500;
}
