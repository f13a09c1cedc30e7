using Microsoft.Extensions.Logging;

namespace RfBroadcast;

/// <summary>All log messages of this assembly, 1000 to 1999. Never a payload, never a token.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Broadcast {Event} on {Channel}, {Bytes} bytes")]
    public static partial void Broadcast(ILogger logger, string @event, string channel, int bytes);

    [LoggerMessage(1001, LogLevel.Error, "The driver {Driver} failed on {Event}; the broadcast goes on")]
    public static partial void DriverFailed(ILogger logger, Exception exception, string driver, string @event);

    [LoggerMessage(1002, LogLevel.Error, "Connection {ConnectionId} failed to take a frame and is closed")]
    public static partial void ConnectionFailed(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(1003, LogLevel.Error, "A frame for {Channel} could not be encoded by {Protocol} and was not sent")]
    public static partial void EncodingFailed(ILogger logger, Exception exception, string channel, string protocol);

    [LoggerMessage(1004, LogLevel.Error, "A scheduled callback failed; the others go on")]
    public static partial void CallbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(1005, LogLevel.Error, "The hook {Hook} failed for connection {ConnectionId}")]
    public static partial void HookFailed(ILogger logger, Exception exception, string hook, string connectionId);

    [LoggerMessage(1006, LogLevel.Warning, "Hooks of {Count} connections still ran {Timeout} after the process began to end, and were not waited for; let them look at their cancellation token")]
    public static partial void HooksAbandoned(ILogger logger, int count, TimeSpan timeout);
}
