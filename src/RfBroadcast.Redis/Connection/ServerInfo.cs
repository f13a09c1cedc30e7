using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>What a server says of itself (<c>INFO</c>), and whether it will do.</summary>
internal static class ServerInfo
{
    private const int LeastMajorVersion = 5;

    /// <summary>Asks the server.</summary>
    /// <exception cref="BroadcasterUnavailableException">It does not answer, or refuses.</exception>
    public static async Task<string?> ReadAsync(RedisSession session)
    {
        try
        {
            return (string?)await session.ExecuteAsync("INFO").ConfigureAwait(false);
        }
        catch (BroadcasterUnavailableException fault) when (fault.InnerException is RedisCommandException)
        {
            // Clients of version 3 let only multiplexers with allowAdmin ask, which an app's own need not be; a script may.
            return (string?)await session.RunAsync(RedisScripts.Info, [], []).ConfigureAwait(false);
        }
    }

    /// <summary>Looks at the version and the role.</summary>
    /// <exception cref="BroadcasterUnavailableException">It is too old, or a replica.</exception>
    public static void Check(string? info)
    {
        var version = Find(info, "redis_version:");
        if (version is not null && int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major < LeastMajorVersion)
        {
            throw new BroadcasterUnavailableException(
                $"This Redis has version {version}; broadcasting needs 5.0 or later (streams). Let Broadcasting:Redis:Host (or ConnectionString) name a newer one.",
                mayHaveBeenSent: false);
        }

        if (Find(info, "role:") == "slave" && Find(info, "redis_mode:") != "cluster")
        {
            throw new BroadcasterUnavailableException(
                "This Redis is a read-only replica: let Broadcasting:Redis:Host (or ConnectionString) name the master, or Sentinels those who know it.",
                mayHaveBeenSent: false);
        }
    }

    private static string? Find(string? info, string name)
    {
        foreach (var line in (info ?? "").Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return line[name.Length..].Trim();
            }
        }

        return null;
    }
}
