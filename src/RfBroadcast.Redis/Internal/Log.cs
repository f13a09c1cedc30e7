using Microsoft.Extensions.Logging;

namespace RfBroadcast.Redis;

/// <summary>All log messages of this assembly, 3000 to 3999. Never a payload, never a password.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Connected to Redis at {Server}, session {Session}")]
    public static partial void Connected(ILogger logger, string server, long session);

    [LoggerMessage(3001, LogLevel.Error, "Redis at {Server} cannot be used; broadcasting is degraded, local connections stay, and it is tried again for ever")]
    public static partial void Unavailable(ILogger logger, Exception exception, string server);

    [LoggerMessage(3002, LogLevel.Debug, "A former connection to Redis did not close properly")]
    public static partial void CloseFailed(ILogger logger, Exception exception);

    [LoggerMessage(3003, LogLevel.Warning, "What is missing on {Channel} could not be read; it is tried again")]
    public static partial void HealFailed(ILogger logger, Exception exception, string channel);

    [LoggerMessage(3004, LogLevel.Warning, "Messages of {Channel} are lost and no longer in its history; its clients are told and subscribe again")]
    public static partial void GapTold(ILogger logger, string channel);

    [LoggerMessage(3005, LogLevel.Warning, "The lease of node {Node} was lost: it did not reach Redis in time, and its members may have left. It goes on under a new id")]
    public static partial void LeaseLost(ILogger logger, string node);

    [LoggerMessage(3006, LogLevel.Information, "Node {Node} is gone; {Members} members left, on {Channels} channels")]
    public static partial void NodeSwept(ILogger logger, string node, long members, int channels);

    [LoggerMessage(3007, LogLevel.Warning, "A join or leave on {Channel} could not be written to Redis; it is written when Redis is back")]
    public static partial void JoinFailed(ILogger logger, Exception exception, string channel);

    [LoggerMessage(3008, LogLevel.Warning, "Node {Node} could not be swept; the next heartbeat tries again")]
    public static partial void SweepFailed(ILogger logger, Exception exception, string node);

    [LoggerMessage(3009, LogLevel.Warning, "Control messages of version {Version} are ignored; another node is newer (docs/redis.md, upgrades)")]
    public static partial void ControlIgnored(ILogger logger, int version);

    [LoggerMessage(3010, LogLevel.Error, "A control message of kind {Kind} failed")]
    public static partial void ControlFailed(ILogger logger, Exception exception, string kind);

    [LoggerMessage(3011, LogLevel.Warning, "This node could not tell the others that it ends; they find out when its lease has ended")]
    public static partial void LeaveFailed(ILogger logger, Exception exception);

    [LoggerMessage(3012, LogLevel.Error, "This node's lease could not be renewed, because Redis takes no writes")]
    public static partial void HeartbeatRefused(ILogger logger, Exception exception);

    [LoggerMessage(3030, LogLevel.Debug, "An event with an idempotency key was published, but its receipt could not be kept; its channels remember the key by themselves")]
    public static partial void ReceiptNotKept(ILogger logger, Exception exception);

    [LoggerMessage(3013, LogLevel.Debug, "The position of {Channel} could not be compared")]
    public static partial void TouchFailed(ILogger logger, Exception exception, string channel);

    [LoggerMessage(3014, LogLevel.Error, "Message {Offset} in {Key} cannot be read, because something else than broadcasting has written it: it counts as lost, and the channel's clients are told. Find what writes there, or set another Broadcasting:Redis:Prefix; then delete the entry (XDEL) or the key")]
    public static partial void MessageUnreadable(ILogger logger, string key, long offset);

    [LoggerMessage(3015, LogLevel.Error, "A member in {Key} cannot be read, because something else than broadcasting has written it: it is left out. Find what writes there, or set another Broadcasting:Redis:Prefix; then delete the field (HDEL)")]
    public static partial void MemberUnreadable(ILogger logger, string key);

    [LoggerMessage(3020, LogLevel.Debug, "The sentinel {Sentinel} cannot be listened to; it is tried again")]
    public static partial void SentinelFailed(ILogger logger, Exception exception, string sentinel);

    [LoggerMessage(3021, LogLevel.Error, "Envelopes of version {Version}, as on {Channel}, cannot be read and are ignored; another node is newer (docs/redis.md, upgrades)")]
    public static partial void EnvelopeUnreadable(ILogger logger, int version, string channel);
}
