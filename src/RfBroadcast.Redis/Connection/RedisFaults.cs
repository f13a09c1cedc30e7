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
            new BroadcasterUnavailableException(Explain(broken.Message), mayHaveBeenSent: false, broken),
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
    public static string Explain(string message) => FindCure(message) is { } cure ? $"{cure} (Redis: {message})" : "Redis refused: " + message;

    /// <summary>What is wrong and what to do about it; null when it is not known.</summary>
    public static string? FindCure(string message)
    {
        foreach (var (mark, cure) in Cures)
        {
            if (message.Contains(mark, StringComparison.OrdinalIgnoreCase))
            {
                return cure;
            }
        }

        return null;
    }

    private const string NotPermitted =
        "The user that Broadcasting:Redis signs in as may not do what broadcasting needs: give it the commands, keys and channels of docs/redis.md";

    private static readonly (string Mark, string Cure)[] Cures =
    [
        ("WRONGPASS", "Redis does not accept the password: set Broadcasting:Redis:Password (and User, where there is one)"),
        ("invalid password", "Redis does not accept the password: set Broadcasting:Redis:Password (and User, where there is one)"),
        ("NOAUTH", "Redis asks for a password: set Broadcasting:Redis:Password"),
        ("without any password configured", "Redis has no password, but one is set: leave Broadcasting:Redis:Password out"),
        ("NOPERM", NotPermitted),
        ("The user executing the script", NotPermitted),
        ("READONLY", "This Redis is a read-only replica: let Broadcasting:Redis:Host (or ConnectionString) name the master"),
        ("OOM", "Redis is out of memory: raise its maxmemory, or keep less history (KeepHistory)"),
        ("MISCONF", "Redis cannot write its data to disk and takes no writes: look at its log, or at stop-writes-on-bgsave-error"),
        ("MASTERDOWN", "This Redis is a replica that has lost its master: let Broadcasting:Redis:Host (or ConnectionString) name the master"),
        ("LOADING", "Redis is still loading its data"),
        ("CLUSTERDOWN", "The Redis cluster is down: not all of its slots are served"),
        ("unknown command", "This Redis is too old or has a command renamed: broadcasting needs Redis 5 or later"),
    ];
}
