using System.Security.Claims;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// The settings of the WebSocket end point, its server-sent events included, bound from the configuration section
/// <c>Broadcasting:WebSockets</c>; code goes over configuration. Checked when the app starts. Not to be changed afterwards.
/// </summary>
public sealed class BroadcastWebSocketOptions
{
    /// <summary>The configuration section these settings are bound from.</summary>
    public const string SectionName = "Broadcasting:WebSockets";

    /// <summary>
    /// A connection that was silent for this long is sent a ping, and closed with 4201 when it stays silent as long again; a
    /// stream of server-sent events is sent a comment. Default 30 s, from 1 s to 10 min.
    /// </summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest message a client may send, in bytes; a larger one closes with 1009. Default 64 KiB.</summary>
    public int MaxMessageBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// How many bytes may wait for one connection. Past it the channels' overflow policies decide, and last the connection is
    /// closed with 4103. Default 1 MiB.
    /// </summary>
    public int QueueBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Whether frames may go to a connection's socket directly, past the server's own output: where it is safe, or never.
    /// Default <see cref="SocketPath.Auto"/>.
    /// </summary>
    public SocketPath SocketPath { get; set; }

    /// <summary>Whether and how what is sent is compressed. Default off.</summary>
    public BroadcastCompressionOptions Compression { get; } = new();

    /// <summary>How long a closing connection may take to send what is queued and to answer. Default 5 s.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many connections this node takes; over it a handshake is answered 503 with Retry-After. Default 20,000.</summary>
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>How many connections of one user this node takes; over it a handshake is answered 503. Default 100.</summary>
    public int MaxConnectionsPerUser { get; set; } = 100;

    /// <summary>
    /// How many connections from one client address (an IPv6 /64) this node takes; over it a handshake is answered 503. Default
    /// 1,000. Loopback and private addresses are those of proxies and are not counted: behind one, use ForwardedHeaders.
    /// </summary>
    public int MaxConnectionsPerAddress { get; set; } = 1000;

    /// <summary>How many handshakes a second one client address may make, counted likewise. Default 50.</summary>
    public int HandshakesPerSecondPerAddress { get; set; } = 50;

    /// <summary>How long finding out who connects may take; after it a handshake is answered 503. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A connection that is subscribed to nothing for this long is closed; looked at once a <see cref="PingInterval"/>. Default
    /// zero: never.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; }

    /// <summary>How many channels one connection may be subscribed to. Default 100.</summary>
    public int MaxChannelsPerConnection { get; set; } = 100;

    /// <summary>The largest data of a client event, in bytes of JSON. Default 10 KiB.</summary>
    public int MaxClientEventBytes { get; set; } = 10 * 1024;

    /// <summary>How many client events one connection may send per second; as many may come at once. Default 10.</summary>
    public int ClientEventsPerSecond { get; set; } = 10;

    /// <summary>
    /// How many faulty messages one connection may send before it is closed with 4003; each second forgives one. Default 50.
    /// </summary>
    public int MaxErrors { get; set; } = 50;

    /// <summary>How long an authorization of a channel may take; after it the client is told <c>internal</c>. Default 10 s.</summary>
    public TimeSpan AuthorizationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Host names, with a port or without, whose pages may connect besides the app's own host: <c>app.example.com</c>. A
    /// single <c>*</c> allows every origin. Default none.
    /// </summary>
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>The claims that name the user, the first one present decides. Default <c>NameIdentifier</c>, then <c>sub</c>.</summary>
    public IList<string> UserIdClaimTypes { get; set; } = [ClaimTypes.NameIdentifier, "sub"];
}
