namespace RfBroadcast.AspNetCore;

/// <summary>The WebSocket close codes of the native protocol (docs/protocol.md).</summary>
internal static class CloseCode
{
    public const int Normal = 1000;
    public const int GoingAway = 1001;
    public const int ProtocolError = 1002;
    public const int NoStatus = 1005;
    public const int InvalidPayload = 1007;
    public const int MessageTooBig = 1009;
    public const int InternalError = 1011;
    public const int Misuse = 4003;
    public const int TooSlow = 4103;
    public const int NoPong = 4201;
    public const int TokenExpired = 4203;

    /// <summary>Whether a client may send a code in its close (RFC 6455, section 7.4, and IANA's registry).</summary>
    public static bool MayBeSent(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and < 5000);
}
