using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace RfBroadcast;

/// <summary>
/// This node's registry of who is subscribed, and the only place that fans out (the fan-out itself is one file on:
/// <c>HubChannel.FanOut.cs</c>). Broadcasters bring it messages; end points bring it connections. Thread-safe.
/// </summary>
/// <remarks>
/// No lock is held across channels: each channel is pumped by one worker at a time, and two channels never wait for each
/// other. A connection that fails or is slow is its own affair; nothing here waits for it.
/// </remarks>
public sealed partial class LocalHub
{
    private readonly ConcurrentDictionary<string, HubChannel> _channels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConnectionEntry> _connections = new(StringComparer.Ordinal);
    private readonly BroadcastOptions _options;
    private readonly ILogger _logger;
    private int _sockets;

    /// <summary>Makes an empty hub.</summary>
    /// <param name="options">The settings of channels and the limits.</param>
    /// <param name="metrics">What it records with; null makes its own.</param>
    /// <param name="hooks">What is told of clients; null tells nobody.</param>
    /// <param name="logger">Where a failing connection is reported.</param>
    public LocalHub(
        IOptions<BroadcastOptions> options,
        BroadcastMetrics? metrics = null,
        HookDispatcher? hooks = null,
        ILogger<LocalHub>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        Metrics = metrics ?? new BroadcastMetrics();
        Hooks = hooks ?? new HookDispatcher([]);
        _logger = (ILogger?)logger ?? NullLogger.Instance;
    }

    /// <summary>How many connections with a socket there are.</summary>
    public int ConnectionCount => Volatile.Read(ref _sockets);

    /// <summary>How many channels are subscribed to or busy.</summary>
    public int ChannelCount => _channels.Count;

    /// <summary>The connections with a socket, at this moment.</summary>
    public IReadOnlyList<IConnection> Connections
    {
        get
        {
            var sockets = new List<IConnection>(ConnectionCount);
            foreach (var entry in _connections)
            {
                if (entry.Value.Socket is { } socket)
                {
                    sockets.Add(socket);
                }
            }

            return sockets;
        }
    }

    /// <summary>Adds a connection; it can be subscribed from now on.</summary>
    /// <returns>False when there is one with that id.</returns>
    public bool TryAdd(IConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (!_connections.TryAdd(connection.Id, new ConnectionEntry(connection.Id, connection, _logger)))
        {
            return false;
        }

        Interlocked.Increment(ref _sockets);
        Metrics.ConnectionsChanged(1);
        Hooks.Connected(connection);
        return true;
    }

    /// <summary>The connection with this id and a socket, or null.</summary>
    public IConnection? FindConnection(string connectionId) => _connections.GetValueOrDefault(connectionId)?.Socket;

    /// <summary>Whether a message of this channel would be taken without waiting.</summary>
    public bool HasRoom(Channel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return Find(channel)?.HasRoom ?? true;
    }

    /// <summary>Waits until the channel's pump has taken enough; then look at <see cref="HasRoom"/> again.</summary>
    public ValueTask WaitForRoomAsync(Channel channel, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var waiting = Find(channel)?.WaitForRoomAsync();
        return waiting is null or { IsCompleted: true } ? default : new ValueTask(waiting.WaitAsync(cancellationToken));
    }

    /// <summary>Subscribes a connection to a channel that has nothing to be read first: no history, no members.</summary>
    public async ValueTask<SubscribeOutcome> SubscribeAsync(SubscribeRequest request) =>
        (await StartAsync(request, recovers: false).ConfigureAwait(false)).Outcome;

    /// <summary>Subscribes a connection that keeps live messages until what came before was read and given.</summary>
    /// <returns>The outcome so far, and what to complete; null when there is nothing to complete.</returns>
    public async ValueTask<(SubscribeOutcome Outcome, PendingSubscription? Pending)> BeginSubscribeAsync(SubscribeRequest request)
    {
        var result = await StartAsync(request, recovers: true).ConfigureAwait(false);
        return (result.Outcome, result.Pending);
    }

    /// <summary>Ends a subscription and tells the client; after that no frame of the channel follows.</summary>
    /// <returns>What has ended, or null when the connection was not subscribed.</returns>
    /// <param name="connectionId">The connection.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="reason">What the client is told.</param>
    /// <param name="ended">Runs before the client is told: what has to be so when it learns of the end. It must not block.</param>
    public async ValueTask<EndedSubscription?> UnsubscribeAsync(
        string connectionId,
        Channel channel,
        UnsubscribeReason reason,
        Action<EndedSubscription>? ended = null)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        ArgumentNullException.ThrowIfNull(channel);
        return FindSubscription(connectionId, channel.WireName) is { } subscription
            ? await EndAsync(subscription, reason, ended).ConfigureAwait(false)
            : null;
    }

    /// <summary>
    /// Ends every subscription to a channel here, in order with what was posted before: for a broadcaster that has lost
    /// messages and cannot fill them in (<see cref="UnsubscribeReason.Gap"/>).
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="reason">What the clients are told.</param>
    /// <param name="ended">Runs for each connection before its client is told. It must not block.</param>
    /// <returns>How many have ended.</returns>
    public async ValueTask<int> EndAllAsync(Channel channel, UnsubscribeReason reason, Action<string, EndedSubscription>? ended = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var operation = new EndAllOperation(reason, ended);
        return FindAndPost(channel, [operation]) is null ? 0 : await operation.Task.ConfigureAwait(false);
    }

    /// <summary>Removes a connection and ends all its subscriptions, telling nobody.</summary>
    /// <returns>What has ended.</returns>
    public async ValueTask<IReadOnlyList<EndedSubscription>> RemoveConnectionAsync(string connectionId)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        if (!_connections.TryRemove(connectionId, out var entry))
        {
            return [];
        }

        var ended = new List<EndedSubscription>();
        foreach (var subscription in entry.Close())
        {
            if (await EndAsync(subscription, reason: null).ConfigureAwait(false) is { } end)
            {
                ended.Add(end);
            }
        }

        if (entry.Socket is not null)
        {
            Interlocked.Decrement(ref _sockets);
            Metrics.ConnectionsChanged(-1);
            Hooks.Disconnected(entry.Socket);
        }

        return ended;
    }

    /// <summary>Waits until every message that was accepted for a connection's channels has been handed to it.</summary>
    public async ValueTask FlushAsync(string connectionId)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        if (!_connections.TryGetValue(connectionId, out var entry))
        {
            return;
        }

        var flushes = new List<Task>();
        foreach (var subscription in entry.Subscriptions())
        {
            var flush = new FlushOperation();
            if (subscription.Channel.TryPost(flush))
            {
                flushes.Add(flush.Task);
            }
        }

        await Task.WhenAll(flushes).ConfigureAwait(false);
    }

    /// <summary>Whether a connection is subscribed here.</summary>
    public bool IsSubscribed(string connectionId, Channel channel)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        ArgumentNullException.ThrowIfNull(channel);
        return FindSubscription(connectionId, channel.WireName) is not null;
    }

    /// <summary>Whether a connection is subscribed to a presence channel here as this user.</summary>
    public bool IsSubscribed(string connectionId, Channel channel, string userId)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        ArgumentNullException.ThrowIfNull(channel);
        return FindSubscription(connectionId, channel.WireName) is { } subscription && string.Equals(subscription.UserId, userId, StringComparison.Ordinal);
    }

    /// <summary>Whether a connection is subscribed here and has been told so; and who it is there.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="userId">Its user on a presence channel, or null.</param>
    public bool TryGetSubscriber(string connectionId, Channel channel, out string? userId)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        ArgumentNullException.ThrowIfNull(channel);
        var subscription = FindSubscription(connectionId, channel.WireName);
        userId = subscription?.UserId;
        return subscription is { IsEstablished: true };
    }

    /// <summary>How many channels a connection is subscribed to here.</summary>
    public int CountSubscriptions(string connectionId)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        return _connections.GetValueOrDefault(connectionId)?.Count ?? 0;
    }

    /// <summary>How many connections are subscribed to a channel here.</summary>
    public int CountSubscribers(Channel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return Find(channel)?.Count ?? 0;
    }

    /// <summary>The ids of the connections subscribed to a channel here.</summary>
    public IReadOnlyList<string> GetConnections(Channel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return Find(channel)?.ConnectionIds() ?? [];
    }

    /// <summary>The channels a connection is subscribed to here.</summary>
    public IReadOnlyList<Channel> GetSubscriptions(string connectionId)
    {
        ArgumentNullException.ThrowIfNull(connectionId);
        return _connections.TryGetValue(connectionId, out var entry)
            ? Array.ConvertAll(entry.Subscriptions(), subscription => subscription.Channel.Channel)
            : [];
    }

    internal PumpQueue Pumps { get; } = new();

    internal BroadcastMetrics Metrics { get; }

    internal HookDispatcher Hooks { get; }

    /// <summary>A channel that somebody is subscribed to, or that is busy; else null.</summary>
    internal HubChannel? Find(Channel channel) => _channels.GetValueOrDefault(channel.WireName);

    internal Subscription? FindSubscription(string connectionId, string wireName) =>
        _connections.TryGetValue(connectionId, out var entry) && entry.Find(wireName) is { HasEnded: false } subscription ? subscription : null;

    /// <summary>Takes a retired channel out.</summary>
    internal void Remove(HubChannel channel) =>
        _channels.TryRemove(new KeyValuePair<string, HubChannel>(channel.Channel.WireName, channel));

    /// <summary>Takes an ended subscription off its connection, and a connection without a socket out after its last one.</summary>
    internal void Forget(Subscription subscription)
    {
        if (subscription.Connection.Remove(subscription.Channel.Channel.WireName))
        {
            Forget(subscription.Connection);
        }
    }

    private static async ValueTask<EndedSubscription?> EndAsync(
        Subscription subscription,
        UnsubscribeReason? reason,
        Action<EndedSubscription>? ended = null)
    {
        var operation = new EndOperation(subscription, reason, ended);
        return subscription.Channel.TryPost(operation) && await operation.Task.ConfigureAwait(false) ? operation.Ended : null;
    }

    private async ValueTask<SubscribeOperation.Result> StartAsync(SubscribeRequest request, bool recovers)
    {
        ArgumentNullException.ThrowIfNull(request);
        while (true)
        {
            if (!_connections.TryGetValue(request.ConnectionId, out var entry))
            {
                if (request.HasSocket)
                {
                    return new SubscribeOperation.Result(SubscribeOutcome.Ended, null);
                }

                entry = _connections.GetOrAdd(
                    request.ConnectionId,
                    static (id, logger) => new ConnectionEntry(id, socket: null, logger),
                    _logger);
            }

            var operation = new SubscribeOperation(entry, request, recovers);
            Post(request.Channel, operation);
            var result = await operation.Task.ConfigureAwait(false);
            if (result.Outcome != SubscribeOutcome.Ended || entry.Socket is not null)
            {
                return result;
            }

            // An id without a socket was forgotten together with its last subscription: start with a new entry.
            Forget(entry);
        }
    }

    private void Forget(ConnectionEntry entry) =>
        _connections.TryRemove(new KeyValuePair<string, ConnectionEntry>(entry.Id, entry));

    private void Post(Channel channel, ChannelOperation operation)
    {
        var target = ChannelOf(channel);
        while (!target.TryPost(operation))
        {
            Remove(target);
            target = ChannelOf(channel);
        }
    }

    private HubChannel ChannelOf(Channel channel) =>
        _channels.GetOrAdd(channel.WireName, static (_, made) => new HubChannel(made.Hub, made.Channel, made.Hub._options, made.Hub._logger), (Hub: this, Channel: channel));
}
