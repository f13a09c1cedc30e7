using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// What Redis did for clients: commands, and the microseconds they took. What a script calls is in the script's time and is no command of a client;
/// so only those commands count that this library's scripts do not call.
/// </summary>
internal sealed record RedisWork(long Commands, long Microseconds)
{
    private static readonly string[] OfClients = ["eval", "evalsha", "script|load", "subscribe", "unsubscribe", "ssubscribe", "sunsubscribe", "srem", "ping", "echo"];

    /// <summary>Of what <c>INFO commandstats</c> says.</summary>
    public static RedisWork Of(IReadOnlyDictionary<string, string> commandStats)
    {
        long commands = 0;
        long microseconds = 0;
        foreach (var name in OfClients)
        {
            if (commandStats.TryGetValue("cmdstat_" + name, out var text))
            {
                var fields = text.Split(',').Select(field => field.Split('=')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
                commands += long.Parse(fields["calls"], CultureInfo.InvariantCulture);
                microseconds += long.Parse(fields["usec"], CultureInfo.InvariantCulture);
            }
        }

        return new RedisWork(commands, microseconds);
    }

    /// <summary>What was done since.</summary>
    public RedisWork Since(RedisWork before) => new(Commands - before.Commands, Microseconds - before.Microseconds);
}
