namespace RfBroadcast.Tests;

/// <summary>Who is present on one channel, by the rules alone: one member a user, the first connection to the last and its grace.</summary>
internal sealed class PresenceTruth
{
    /// <summary>The grace period, and the tick of the wheel that it is rounded up to.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, Stay> _stays = new(StringComparer.Ordinal);

    public IEnumerable<string> Members => _stays.Keys;

    /// <summary>A connection of a user is there.</summary>
    /// <returns>Whether the user joined.</returns>
    public bool Add(string user, string connection)
    {
        var isNew = !_stays.TryGetValue(user, out var stay);
        if (isNew)
        {
            _stays[user] = stay = new Stay();
        }

        stay!.EndsAt = null;
        stay.Connections.Add(connection);
        return isNew;
    }

    /// <summary>A connection of a user is gone.</summary>
    /// <returns>Whether the user left.</returns>
    public bool Remove(string user, string connection, bool atOnce, DateTimeOffset now)
    {
        if (!_stays.TryGetValue(user, out var stay) || !stay.Connections.Remove(connection) || stay.Connections.Count > 0)
        {
            return false;
        }

        stay.EndsAt = now + Grace + TimerWheel.Tick;
        return atOnce && _stays.Remove(user);
    }

    /// <summary>The users whose grace has ended by now.</summary>
    public IReadOnlyList<string> End(DateTimeOffset now)
    {
        var ended = _stays.Where(stay => stay.Value.EndsAt <= now).Select(stay => stay.Key).ToList();
        ended.ForEach(user => _stays.Remove(user));
        return ended;
    }

    private sealed class Stay
    {
        public HashSet<string> Connections { get; } = new(StringComparer.Ordinal);

        public DateTimeOffset? EndsAt { get; set; }
    }
}
