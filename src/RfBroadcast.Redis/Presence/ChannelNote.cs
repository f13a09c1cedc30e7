namespace RfBroadcast.Redis;

/// <summary>
/// A presence channel in a node's list in Redis: where to sweep. Its name there has a number that is used once, so that a command that takes it off and
/// arrives late leaves a later note of the same channel alone. Guarded by the lock of <see cref="ChannelNotes"/>.
/// </summary>
internal sealed class ChannelNote(string node, Channel channel, long number)
{
    public string Node => node;

    public Channel Channel => channel;

    /// <summary>As it stands in the list.</summary>
    public string Name { get; } = FormattableString.Invariant($"{channel.WireName} {number}");

    /// <summary>How many joins and absences need it.</summary>
    public int Holds { get; set; }

    /// <summary>Completes when it has been written; of the session in which it was.</summary>
    public (RedisSession Session, Task Done)? Written { get; set; }

    /// <summary>The channel of a note; null when it is none.</summary>
    public static Channel? Parse(string name) =>
        name.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end && Channel.TryParse(name[..end], out var channel, out _) ? channel : null;
}
