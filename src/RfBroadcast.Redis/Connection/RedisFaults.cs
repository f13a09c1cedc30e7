using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Turns what the Redis client throws into errors that say what to do, and whether something may have been sent.</summary>
internal static class RedisFaults
{
    /// <summary>What a caller is told of a failed command.</summary>
    /// <param name="fault">What the client threw.</param>
    /// <param name="isWrite">Whether the command, had it arrived, would have sent something.</param>
    public static BroadcasterUnavailableException Translate(Exception fault, bool isWrite) => fault switch
    {
        BroadcasterUnavailableException known => known,
        RedisServerException refused => Refused(refused.Message, refused),
        RedisConnectionException { FailureType: ConnectionFailureType.UnableToResolvePhysicalConnection or ConnectionFailureType.UnableToConnect } broken =>
            new BroadcasterUnavailableException(WithCure(broken.Message) ?? "There is no connection to Redis: " + Headline(broken.Message), mayHaveBeenSent: false, broken),
        RedisCommandException untaken when WithCure(untaken.Message) is { } text => new BroadcasterUnavailableException(text, isWrite, untaken),
        _ => new BroadcasterUnavailableException(
            isWrite ? "The connection to Redis failed, and the message may or may not have been sent: " + fault.Message : "The connection to Redis failed: " + fault.Message,
            isWrite,
            fault),
    };

    /// <summary>What a caller is told when the server has refused a command, or a part of a script, and so has not carried it out.</summary>
    public static BroadcasterUnavailableException Refused(string message, Exception? fault = null) => new(Explain(message), mayHaveBeenSent: false, fault);

    /// <summary>Whether a server says that it does not know a script.</summary>
    public static bool IsNoScript(Exception fault) =>
        fault is RedisServerException && fault.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    /// <summary>Whether a server takes no writes because its memory or disk is full.</summary>
    public static bool IsFull(BroadcasterUnavailableException fault) =>
        fault.InnerException is RedisServerException refused
        && (refused.Message.Contains("OOM ", StringComparison.Ordinal) || refused.Message.Contains("MISCONF ", StringComparison.Ordinal));

    /// <summary>An error of Redis, with the setting it comes from and the cure where it is known.</summary>
    public static string Explain(string message) => WithCure(message) ?? "Redis refused: " + message;

    private static string? WithCure(string message) => FindCure(message) is { } cure ? $"{cure} (Redis: {Headline(message)})" : null;

    // What comes after it are the client's figures, which are others each time; the cause has them.
    private static string Headline(string message) => message.IndexOf(';', StringComparison.Ordinal) is var end and > 0 ? message[..end] : message;

    /// <summary>What is wrong and what to do about it; null when it is not known.</summary>
    /// <param name="message">What the client or the server says.</param>
    /// <param name="isAppsOwn">Whether the connection is the app's own, so that our settings do not count.</param>
    public static string? FindCure(string message, bool isAppsOwn = false)
    {
        foreach (var (mark, problem, remedy) in Cures)
        {
            if (message.Contains(mark, StringComparison.OrdinalIgnoreCase))
            {
                return (isAppsOwn && remedy.Contains(RedisBroadcastOptions.SectionName + ":", StringComparison.Ordinal) ? AppsOwnRemedy : remedy) is { Length: > 0 } cure
                    ? $"{problem}: {cure}"
                    : problem;
            }
        }

        return null;
    }

    /// <summary>What to do where the connection is the app's own.</summary>
    public const string AppsOwnRemedy =
        "look at what the app makes its own IConnectionMultiplexer with, or let Broadcasting:Redis:ConnectionString say where Redis is, for a connection besides";

    private const string NotPermitted = "The user that signs in at Redis may not do what broadcasting needs";
    private const string Permit = "give the user of Broadcasting:Redis the commands, keys and channels of docs/redis.md";
    private const string NameTheMaster = "let Broadcasting:Redis:Host (or ConnectionString) name the master";
    private const string SetPassword = "set Broadcasting:Redis:Password (and User, where there is one)";
    private const string SetDatabase = "set Broadcasting:Redis:Database (or defaultDatabase= of the ConnectionString) to one that it has, or leave it out";

    private static readonly (string Mark, string Problem, string Remedy)[] Cures =
    [
        ("WRONGPASS", "Redis does not accept the password", SetPassword),
        ("invalid password", "Redis does not accept the password", SetPassword),
        ("NOAUTH", "Redis asks for a password", "set Broadcasting:Redis:Password"),
        ("without any password configured", "Redis has no password, but one is set", "leave Broadcasting:Redis:Password out"),
        ("NOPERM", NotPermitted, Permit),
        ("The user executing the script", NotPermitted, Permit),
        ("READONLY", "This Redis is a read-only replica", NameTheMaster),
        ("OOM", "Redis is out of memory", "raise its maxmemory, or keep less history (KeepHistory)"),
        ("MISCONF", "Redis cannot write its data to disk and takes no writes", "look at its log, or at stop-writes-on-bgsave-error"),
        ("MASTERDOWN", "This Redis is a replica that has lost its master", NameTheMaster),
        ("LOADING", "Redis is still loading its data", ""),
        ("CLUSTERDOWN", "The Redis cluster is down", "not all of its slots are served"),
        ("database does not exist", "Redis does not have that many databases", SetDatabase),
        ("DB index is out of range", "Redis does not have that many databases", SetDatabase),
        ("WRONGTYPE", "Something else than broadcasting has written to a key of the channel", "find what does, or set another Broadcasting:Redis:Prefix; then delete the channel's keys (docs/redis.md)"),
        ("unknown command", "This Redis is too old or has a command renamed", "broadcasting needs Redis 5 or later"),
    ];
}
