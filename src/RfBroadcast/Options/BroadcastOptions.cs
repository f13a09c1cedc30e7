using System.Text.Json;

namespace RfBroadcast;

/// <summary>
/// The settings of broadcasting itself, bound from the configuration section <c>Broadcasting</c>; code goes over
/// configuration. Checked when the app starts. Not to be changed afterwards.
/// </summary>
public sealed class BroadcastOptions
{
    /// <summary>The configuration section these settings are bound from.</summary>
    public const string SectionName = "Broadcasting";

    /// <summary>
    /// The name of the back end: <c>memory</c>, or <c>redis</c> where <c>UseRedis()</c> was called. Null, the default, means the
    /// one that was added last in code, and memory where none was.
    /// </summary>
    public string? Broadcaster { get; set; }

    /// <summary>How channels behave, by pattern: history, overflow, client events.</summary>
    public ChannelSettingsCollection Channels { get; } = new();

    /// <summary>
    /// How events become JSON; null means the Web defaults of System.Text.Json, or in an ASP.NET Core app its own
    /// <c>JsonOptions</c>. Give it a source-generated resolver for trimmed apps.
    /// </summary>
    public JsonSerializerOptions? Json { get; set; }

    /// <summary>The largest JSON of one event, in bytes. Default 256 KiB, from 1 KiB to 16 MiB.</summary>
    public int MaxPayloadBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// How many messages of one channel may wait to be fanned out before publishers wait. More fills larger batches, and makes each
    /// message wait longer; past the default mostly the wait grows. Default 256.
    /// </summary>
    public int PendingMessages { get; set; } = 256;

    /// <summary>How many bytes of one channel may wait to be fanned out before publishers wait. Default 1 MiB.</summary>
    public int PendingBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// The most a client that comes back is sent of what it missed, in bytes a channel; with more it is told <c>limit</c>. It
    /// does not count in the connection's queue, because it is encoded only as it is sent. Default 4 MiB.
    /// </summary>
    public int RecoveryBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long a user whose last connection closed stays a member, so that a reload is no leave and join. Default 3 s.</summary>
    public TimeSpan PresenceGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an idempotency key is remembered. Default 2 minutes.</summary>
    public TimeSpan IdempotencyWindow { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The names of the drivers that every broadcast also goes to. Default none.</summary>
    public IList<string> Drivers { get; set; } = [];

    /// <summary>The bare name of an organization's private channel; <c>{id}</c> is its id. Default <c>organization.{id}</c>.</summary>
    public string OrganizationChannel { get; set; } = "organization.{id}";

    /// <summary>The public channel of system alerts. Default <c>system.alerts</c>.</summary>
    public string SystemAlertsChannel { get; set; } = "system.alerts";

    internal Channel ChannelOfOrganization(string organizationId)
    {
        ArgumentException.ThrowIfNullOrEmpty(organizationId);
        return Channel.Private(OrganizationChannel.Replace("{id}", ChannelName.EscapeSegment(organizationId), StringComparison.Ordinal));
    }
}
