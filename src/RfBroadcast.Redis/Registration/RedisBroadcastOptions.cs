namespace RfBroadcast.Redis;

/// <summary>
/// How the nodes are joined by Redis, bound from the configuration section <c>Broadcasting:Redis</c>; code goes over
/// configuration. Checked when the app starts. Not to be changed afterwards.
/// </summary>
/// <remarks>
/// With none of <see cref="ConnectionString"/>, <see cref="Host"/> and <see cref="Sentinels"/> the app's own
/// <c>IConnectionMultiplexer</c> is used where it is a service, and otherwise <c>localhost:6379</c>. All nodes must have the same
/// <see cref="Prefix"/>, <see cref="Database"/> and settings of channels.
/// </remarks>
public sealed class RedisBroadcastOptions
{
    /// <summary>The configuration section these settings are bound from.</summary>
    public const string SectionName = "Broadcasting:Redis";

    /// <summary>
    /// Where Redis is, as StackExchange.Redis writes it: <c>host:6379,password=...,ssl=true</c>; several hosts for a cluster. Instead
    /// of <see cref="Host"/>; the other settings here go over what it says.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>The host's name or address.</summary>
    public string? Host { get; set; }

    /// <summary>The port of <see cref="Host"/>. Default 6379. A <see cref="ConnectionString"/> and <see cref="Sentinels"/> have theirs in them.</summary>
    public int Port { get; set; } = DefaultPort;

    /// <summary>
    /// The sentinels that know where the master is, each as <c>host:port</c> (<c>host</c> alone: port 26379). Instead of
    /// <see cref="Host"/> and <see cref="ConnectionString"/>; needs <see cref="SentinelService"/>. The master is followed when it changes.
    /// A <see cref="ConnectionString"/> with <c>serviceName=</c> means the same: its hosts are sentinels.
    /// </summary>
    public IList<string> Sentinels { get; set; } = [];

    /// <summary>The name that the sentinels monitor the master by, such as <c>mymaster</c>.</summary>
    public string? SentinelService { get; set; }

    /// <summary>The user at the sentinels, or null. <see cref="User"/> is the one at the servers.</summary>
    public string? SentinelUser { get; set; }

    /// <summary>The password at the sentinels, or null. <see cref="Password"/> is the one at the servers.</summary>
    public string? SentinelPassword { get; set; }

    /// <summary>The user (an ACL of Redis 6), or null. Needs StackExchange.Redis 2 or later in the app.</summary>
    public string? User { get; set; }

    /// <summary>The password, or null.</summary>
    public string? Password { get; set; }

    /// <summary>The database's number. Default null: 0, or that of the connection string or of the app's own multiplexer.</summary>
    public int? Database { get; set; }

    /// <summary>Whether to connect with TLS. Default null: no, or as the connection string says.</summary>
    public bool? Tls { get; set; }

    /// <summary>What the names of all keys and channels start with, so that several apps can share a Redis. Default <c>rf:</c>.</summary>
    public string Prefix { get; set; } = "rf:";

    /// <summary>How long connecting may take before it is tried again. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a command may take until its outcome counts as unknown, and how long the connection may stay silent until it
    /// counts as dead and is replaced. Default 5 s.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a publish waits for Redis to come back before it fails with <see cref="BroadcasterUnavailableException"/>. Default
    /// 1 s, so that a short break is not noticed; zero: it fails at once.
    /// </summary>
    public TimeSpan PublishWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a node that is not heard of counts as alive; after it the other nodes take its members off. Default 10 s. They
    /// have left everywhere within twice that.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a node renews its lease and looks for nodes whose lease has ended. Default 3 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a channel stays subscribed in Redis after its last local subscriber has gone, so that a page reload does not
    /// make it come and go. Default 10 s.
    /// </summary>
    public TimeSpan UnsubscribeDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long keys that no node touches any more stay in Redis. Default 1 hour.</summary>
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How many bytes of all channels together may wait between Redis and this node's fan-out. Past it messages are
    /// dropped and counted; a channel with history reads them again. Default 64 MiB.
    /// </summary>
    public long ReceiveBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long an answer of all nodes is waited for, when clients are listed, disconnected or sent to. Default 5 s.</summary>
    public TimeSpan SurveyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What <c>Broadcasting:Broadcaster</c> calls it.</summary>
    internal const string BroadcasterName = "redis";

    internal const int DefaultPort = 6379;

    /// <summary>How long what belongs to nodes stays: never shorter than a lease and what it takes to find that it has ended.</summary>
    internal TimeSpan NodeKeyLifetime => Lease * 2 > KeyLifetime ? Lease * 2 : KeyLifetime;

    /// <summary>Whether these settings say where Redis is, so that the app's own multiplexer is not used.</summary>
    internal bool NamesServer => ConnectionString is not null || Host is not null || Sentinels.Count > 0;

    /// <summary>A setting that is of the connection, and so not for the app's own multiplexer; null when there is none.</summary>
    internal string? FindServerSetting() => this switch
    {
        { Port: not DefaultPort } => nameof(Port),
        { User: not null } => nameof(User),
        { Password: not null } => nameof(Password),
        { Tls: not null } => nameof(Tls),
        _ => null,
    };
}
