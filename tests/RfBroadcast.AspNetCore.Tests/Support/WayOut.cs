namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>How what a server sends leaves it, and by what it gets there.</summary>
public enum WayOut
{
    /// <summary>Plain HTTP/1.1: to the connection's socket, where the server may use it.</summary>
    Socket,

    /// <summary>Plain HTTP/1.1, and never to the socket: the upgraded stream.</summary>
    Stream,

    /// <summary>TLS: the upgraded stream.</summary>
    Tls,

    /// <summary>Plain HTTP/1.1 with connection middleware: the upgraded stream.</summary>
    Middleware,

    /// <summary>HTTP/2 over TLS: a stream of it.</summary>
    Http2,

    /// <summary>HTTP/2 without TLS: a stream of it.</summary>
    ClearHttp2,

    /// <summary>A server that offers no stream, only a WebSocket of its own.</summary>
    WebSocket,
}
