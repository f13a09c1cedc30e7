using Microsoft.Extensions.Logging;

namespace RfBroadcast.Redis;

/// <summary>
/// The broadcaster of any number of processes that share a Redis: what is published on one reaches the subscribers of all, presence
/// counts a user's connections on every node, and histories outlive the processes. Made by <c>UseRedis()</c>. Files by verb:
/// <c>Publish</c>, <c>Subscribe</c>.
/// </summary>
/// <remarks>
/// Thread-safe. On channels with history or presence all nodes see one order; on others the order of each publisher is kept, and
/// delivery is at most once. While Redis is away sockets and local state stay; publishing and new subscriptions fail with
/// <see cref="BroadcasterUnavailableException"/>, and nothing pretends to have been sent.
/// </remarks>
public sealed partial class RedisBroadcaster : IBroadcaster, IChannelHistory, IAsyncDisposable, IDisposable
{
    private readonly BroadcastOptions _broadcasting;
    private readonly RedisBroadcastOptions _options;
    private readonly BroadcastPipeline _pipeline;
    private readonly BroadcastMetrics _metrics;
    private readonly RedisMetrics _redisMetrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RedisKeys _keys;
    private readonly RedisLink _link;
    private readonly ControlLine _control;
    private readonly NodeRuntime _runtime;
    private readonly FeedDirectory _feeds;
    private readonly PublishedChannels _published;
    private readonly ChannelReader _reader;
    private readonly RedisHistory _history;
    private readonly RedisHistory _recovery;
    private readonly PresenceRegistrar _presence;
    private readonly NodeRegistry _nodes;
    private int _isStopped;
    private int _isDisposed;

    internal RedisBroadcaster(RedisBroadcasterParts parts, ILogger<RedisBroadcaster> logger)
    {
        Hub = parts.Hub;
        _broadcasting = parts.Broadcasting;
        _options = parts.Options;
        _pipeline = parts.Pipeline;
        _metrics = parts.Metrics;
        _redisMetrics = parts.RedisMetrics;
        _time = parts.Time;
        _logger = logger;
        var publisher = NodeId.NextNumber();
        _keys = new RedisKeys(_options.Prefix, parts.Connector.Database);
        _feeds = new FeedDirectory(_keys, _broadcasting);
        var clock = new RedisClock(_time);
        _nodes = new NodeRegistry(_keys, _options, clock, logger);
        _control = new ControlLine(_keys, _nodes, _options, _time, logger) { Carrier = new ControlCarrier(Hub, this).CarryOutAsync };
        var sweeper = new NodeSweeper(publisher, _keys, _feeds, _options, _redisMetrics, logger);
        var scripts = new PresenceScripts(publisher, _keys, _feeds, _options);
        _runtime = new NodeRuntime(_control, _nodes, sweeper, scripts, _feeds, _options, _redisMetrics, _time, logger);
        _link = new RedisLink(parts.Connector, _runtime, _options, parts.Wheel, _time, logger);
        var notes = new ChannelNotes(scripts);
        var absences = new AbsenceList(_link, scripts, notes, parts.Wheel, _broadcasting.PresenceGrace, logger);
        _presence = new PresenceRegistrar(_link, _nodes, clock, scripts, notes, absences, Hub, logger);
        _runtime.RewriteJoins = () => _presence.RewriteAsync();
        _runtime.HasJoins = () => _presence.HasJoins;
        _runtime.ResumeJoins = _presence.Resume;
        _reader = new ChannelReader(_options, new UnreadableEntries(_redisMetrics, logger));
        _history = new RedisHistory(_link, _feeds, _reader, long.MaxValue);
        _recovery = new RedisHistory(_link, _feeds, _reader, _broadcasting.RecoveryBytes);
        var acceptance = new Acceptance(Hub, _metrics, _time);
        _published = new PublishedChannels(
            _keys,
            _broadcasting,
            new BatchSender(
                _link,
                new PlainSender(publisher, acceptance, _broadcasting.IdempotencyWindow, _time),
                new OrderedSender(publisher, _feeds, acceptance, clock, _broadcasting, _options),
                _options.PublishWait,
                _time),
            parts.Wheel,
            _time);
        var budget = new ReceiveBudget(_options.ReceiveBytes);
        _feeds.Services = new FeedServices
        {
            Hub = Hub,
            Link = _link,
            Reader = _reader,
            Budget = budget,
            Options = _options,
            Metrics = _redisMetrics,
            Wheel = parts.Wheel,
            Time = _time,
            Logger = logger,
            Ended = (connectionId, ended) => _ = LeaveAsync(connectionId, ended, atOnce: false),
            StoreChanged = channel => _ = _presence.RewriteAsync(channel),
        };
        _redisMetrics.Observe(() => IsConnected, () => _feeds.Count, () => budget.Used);
    }

    /// <summary>The hub that delivers its messages on this node.</summary>
    public LocalHub Hub { get; }

    /// <summary>Whether there is a working connection to Redis. When not, it is tried again for ever.</summary>
    public bool IsConnected => _link.Session is not null;

    /// <summary>Why there is none.</summary>
    internal BroadcasterUnavailableException? Fault => _link.Fault;

    internal FeedDirectory Feeds => _feeds;

    internal PresenceRegistrar Presence => _presence;

    internal RedisLink Link => _link;

    /// <summary>Begins to connect, if it has not begun; the first use does so, too.</summary>
    internal void Start() => _link.Start();

    /// <summary>Tells the other nodes that this one ends: its members leave after the grace period, unless they have come to another node.</summary>
    internal async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 0)
        {
            await _runtime.LeaveAsync(_link.Session, _broadcasting.PresenceGrace, _presence.HasJoins).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A container disposes it once for each service that it is.
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await StopAsync().ConfigureAwait(false);
        await _feeds.Services.Stopping.CancelAsync().ConfigureAwait(false);
        _published.Dispose();
        await _link.DisposeAsync().ConfigureAwait(false);
        _nodes.Dispose();
        _redisMetrics.Dispose();
    }

    /// <summary>As <see cref="DisposeAsync"/>, for a container that is disposed synchronously.</summary>
    public void Dispose() => Task.Run(async () => await DisposeAsync().ConfigureAwait(false)).GetAwaiter().GetResult();

    /// <summary>Asks all nodes.</summary>
    internal async ValueTask<IReadOnlyList<ControlMessage>> AskAsync(
        ControlKind kind,
        Func<ControlMessage, ControlMessage> question,
        Func<ControlMessage, bool> isAnswered,
        CancellationToken cancellationToken)
    {
        var session = await _link.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        return await _control.AskAsync(session, kind, question, isAnswered, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public bool IsSubscribed(string connectionId, Channel channel) => Hub.IsSubscribed(connectionId, channel);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> GetConnectionsAsync(Channel channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var answers = await AskAsync(
            ControlKind.Subscribers,
            asked => asked with { Channel = channel.WireName },
            static _ => false,
            cancellationToken).ConfigureAwait(false);
        return [.. answers.SelectMany(answer => answer.Connections ?? []).Select(connection => connection.Id).Distinct(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<PresenceMember>> GetMembersAsync(Channel channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (!channel.IsPresence)
        {
            return [];
        }

        var session = await _link.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        var (tops, members) = await _reader.ReadMembersAsync(session, _feeds.PlaceOf(channel)).WaitAsync(cancellationToken).ConfigureAwait(false);
        _feeds.Find(channel)?.Observe(tops.Epoch, tops.Order);
        return [.. members.OrderBy(member => member.JoinedAt).ThenBy(member => member.UserId, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public ValueTask<ChannelHistoryPage> ReadLastAsync(Channel channel, int last, CancellationToken cancellationToken = default) =>
        _history.ReadLastAsync(channel, last, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ChannelHistoryPage> ReadSinceAsync(Channel channel, ChannelPosition since, CancellationToken cancellationToken = default) =>
        _history.ReadSinceAsync(channel, since, cancellationToken);
}
