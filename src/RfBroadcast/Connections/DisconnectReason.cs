namespace RfBroadcast;

/// <summary>What a client is told when the server closes its connection. The codes are those of docs/protocol.md.</summary>
/// <param name="Code">The WebSocket close code: 1001, 1011, or from 4000 to 4999.</param>
/// <param name="Message">A text for people, at most 123 bytes of UTF-8; longer ones are cut.</param>
public sealed record DisconnectReason(int Code, string Message)
{
    /// <summary>Disconnected for good (4001): the client does not come back. The default.</summary>
    public static DisconnectReason Forbidden { get; } = new(4001, "disconnected by the application");

    /// <summary>The node has too much to do (4100): the client comes back after a while.</summary>
    public static DisconnectReason OverCapacity { get; } = new(4100, "over capacity");

    /// <summary>The client reconnects at once (4200), for example to be sent elsewhere.</summary>
    public static DisconnectReason Reconnect { get; } = new(4200, "reconnect");

    /// <summary>Whether the client is expected back, so that its user stays present for the grace period.</summary>
    public bool ClientComesBack => Code is < 4000 or >= 4100;
}
