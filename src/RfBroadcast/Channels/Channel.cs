using System.Diagnostics.CodeAnalysis;

namespace RfBroadcast;

/// <summary>
/// A named topic that events are broadcast on: public, private or presence. Its bare name is, for example, <c>orders.7</c>,
/// its wire name <c>private-orders.7</c>.
/// </summary>
/// <remarks>
/// Names hold <c>A-Z a-z 0-9 _ - = @ , . ;</c> and are compared ordinally; a wire name has at most <see cref="MaxLength"/>
/// characters. Immutable and safe to share between threads.
/// </remarks>
public sealed class Channel : IEquatable<Channel>
{
    /// <summary>The longest wire name, in characters.</summary>
    public const int MaxLength = 200;

    private Channel(ChannelKind kind, string name, string wireName)
    {
        Kind = kind;
        Name = name;
        WireName = wireName;
    }

    /// <summary>Whether the channel is public, private or a presence channel.</summary>
    public ChannelKind Kind { get; }

    /// <summary>The bare name, without the prefix of its kind: <c>orders.7</c>.</summary>
    public string Name { get; }

    /// <summary>The name as it travels: <c>private-orders.7</c>. For a public channel it equals <see cref="Name"/>.</summary>
    public string WireName { get; }

    /// <summary>Whether a client must be authorized to subscribe: true for private and presence channels.</summary>
    public bool RequiresAuth => Kind != ChannelKind.Public;

    /// <summary>Whether the channel has members: true for presence channels.</summary>
    public bool IsPresence => Kind == ChannelKind.Presence;

    /// <summary>The public channel with this bare name.</summary>
    /// <exception cref="InvalidChannelException">The name is empty, too long, holds a character that is not allowed, or is reserved.</exception>
    public static Channel Public(string name) => Create(ChannelKind.Public, name);

    /// <summary>The private channel with this bare name.</summary>
    /// <inheritdoc cref="Public" path="/exception"/>
    public static Channel Private(string name) => Create(ChannelKind.Private, name);

    /// <summary>The presence channel with this bare name.</summary>
    /// <inheritdoc cref="Public" path="/exception"/>
    public static Channel Presence(string name) => Create(ChannelKind.Presence, name);

    /// <summary>
    /// The private channel that belongs to one user: <c>private-user.{id}</c>. Characters that a name may not hold, and
    /// dots, are written as <c>=XX</c> (hexadecimal UTF-8), so that different ids never share a channel.
    /// </summary>
    /// <param name="userId">The user's id, as the connection's principal states it.</param>
    /// <inheritdoc cref="Public" path="/exception"/>
    public static Channel User(string userId)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        return Private(UserPrefix + ChannelName.EscapeSegment(userId));
    }

    /// <summary>The private channel that belongs to one user, without throwing.</summary>
    /// <returns>False when the id is null, empty, no valid Unicode, or too long once escaped: such a user has no channel.</returns>
    public static bool TryUser([NotNullWhen(true)] string? userId, [NotNullWhen(true)] out Channel? channel)
    {
        try
        {
            channel = string.IsNullOrEmpty(userId) ? null : User(userId);
        }
        catch (InvalidChannelException)
        {
            channel = null;
        }

        return channel is not null;
    }

    /// <summary>The channel with this wire name.</summary>
    /// <exception cref="InvalidChannelException">The name breaks a rule; the message says which.</exception>
    public static Channel Parse(string wireName)
    {
        ArgumentNullException.ThrowIfNull(wireName);
        return TryParse(wireName, out var channel, out var fault) ? channel : throw new InvalidChannelException(wireName, fault);
    }

    /// <summary>Reads a wire name without throwing.</summary>
    /// <returns>False when the name is null or breaks a rule.</returns>
    public static bool TryParse([NotNullWhen(true)] string? wireName, [NotNullWhen(true)] out Channel? channel) =>
        TryParse(wireName, out channel, out _);

    /// <summary>Reads a wire name without throwing, and says what is wrong with it.</summary>
    /// <param name="wireName">The name as it travels.</param>
    /// <param name="channel">The channel, when the name is valid.</param>
    /// <param name="fault">What is wrong with the name, as a sentence without the name itself.</param>
    public static bool TryParse(
        [NotNullWhen(true)] string? wireName,
        [NotNullWhen(true)] out Channel? channel,
        [NotNullWhen(false)] out string? fault)
    {
        channel = null;
        fault = ChannelName.FindFault(wireName);
        if (fault is not null)
        {
            return false;
        }

        var kind = ChannelName.KindOf(wireName!); // FindFault refuses null
        channel = new Channel(kind, wireName![ChannelName.PrefixOf(kind).Length..], wireName);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Channel? other) => other is not null && string.Equals(WireName, other.WireName, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Channel);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(WireName);

    /// <summary>The wire name.</summary>
    public override string ToString() => WireName;

    /// <summary>Whether both are the same channel.</summary>
    public static bool operator ==(Channel? left, Channel? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the channels differ.</summary>
    public static bool operator !=(Channel? left, Channel? right) => !(left == right);

    /// <summary>What the bare name of every user's own channel starts with.</summary>
    internal const string UserPrefix = "user.";

    private static Channel Create(ChannelKind kind, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wireName = ChannelName.PrefixOf(kind) + name;
        var fault = ChannelName.FindFault(wireName);
        if (fault is null && ChannelName.KindOf(wireName) != kind)
        {
            fault = "a public channel's name may not start with \"private-\" or \"presence-\"; use Channel.Private or Channel.Presence with the bare name";
        }

        return fault is null ? new Channel(kind, name, wireName) : throw new InvalidChannelException(name, fault);
    }
}
