using Microsoft.Extensions.Logging;

namespace RfBroadcast.AspNetCore;

/// <summary>All log messages of this assembly, 2000 to 2999. Never a payload, never a token.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Debug, "Connection {ConnectionId} opened for user {UserId}")]
    public static partial void ConnectionOpened(ILogger logger, string connectionId, string? userId);

    [LoggerMessage(2001, LogLevel.Debug, "Connection {ConnectionId} is closed by the server with {Code}: {Reason}")]
    public static partial void ConnectionClosing(ILogger logger, string connectionId, int code, string reason);

    [LoggerMessage(2002, LogLevel.Debug, "Connection {ConnectionId} ended: {Reason}")]
    public static partial void ConnectionEnded(ILogger logger, string connectionId, string reason);

    [LoggerMessage(2003, LogLevel.Error, "Connection {ConnectionId}: the command {Command} failed")]
    public static partial void CommandFailed(ILogger logger, Exception exception, string connectionId, string command);

    [LoggerMessage(2004, LogLevel.Warning, "Connection {ConnectionId}: the back end could not be reached")]
    public static partial void BackEndUnavailable(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(2005, LogLevel.Warning, "The authorization of {Channel} took longer than {Timeout} (Broadcasting:WebSockets:AuthorizationTimeout) and was given up")]
    public static partial void AuthorizationTimedOut(ILogger logger, string channel, TimeSpan timeout);

    [LoggerMessage(2006, LogLevel.Warning, "A handshake from the origin {Origin} to the host {Host} was refused; if pages from there may connect, add it to Broadcasting:WebSockets:AllowedOrigins")]
    public static partial void OriginRefused(ILogger logger, string origin, string host);

    [LoggerMessage(2007, LogLevel.Warning, "A handshake was refused by {Setting}; this node has {Count} connections")]
    public static partial void NoPlace(ILogger logger, string setting, int count);

    [LoggerMessage(2008, LogLevel.Error, "Connection {ConnectionId} failed and is closed with 1011")]
    public static partial void ConnectionFailed(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(2009, LogLevel.Information, "Closing {Count} connections because the app stops")]
    public static partial void Draining(ILogger logger, int count);

    [LoggerMessage(2010, LogLevel.Warning, "Finding out who connects took longer than {Timeout} (Broadcasting:WebSockets:HandshakeTimeout) and was given up")]
    public static partial void HandshakeTimedOut(ILogger logger, TimeSpan timeout);

    [LoggerMessage(2011, LogLevel.Debug, "A handshake that had been given up ended with {Failure}")]
    public static partial void LateHandshakeFailed(ILogger logger, string failure);
}
