namespace RfBroadcast.AspNetCore;

/// <summary>Whether frames may go to a connection's socket directly, past the server's own output.</summary>
public enum SocketPath
{
    /// <summary>
    /// Wherever it is safe: HTTP/1.1 on Kestrel without TLS and without connection middleware, once everything the server wrote
    /// itself has left. The fastest.
    /// </summary>
    Auto,

    /// <summary>Never: every frame is written to the server's stream.</summary>
    Off,
}
