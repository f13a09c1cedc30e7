using Microsoft.Extensions.Options;

namespace RfBroadcast;

/// <summary>
/// The broadcaster of a single process: channels, presence and history in memory, delivered by the <see cref="LocalHub"/>.
/// </summary>
/// <remarks>
/// Thread-safe. Histories and idempotency keys live as long as the process: after a restart the epoch is a new one, and
/// clients that come back are told so.
/// </remarks>
public sealed class MemoryBroadcaster : IBroadcaster, IChannelHistory, IDisposable
{
    private readonly BroadcastOptions _options;
    private readonly BroadcastPipeline _pipeline;
    private readonly TimerWheel _wheel;
    private readonly TimeProvider _time;
    private readonly bool _ownsParts;
    private readonly MemoryHistory _history;
    private readonly MemoryPresence _presence;
    private readonly IdempotencyWindow _idempotency;
    private readonly Func<Channel, bool> _hasRoom;
    private readonly Func<BroadcastMessage, int> _publish;

    /// <summary>Makes a broadcaster of its own, without a container.</summary>
    /// <param name="options">Its settings; null means the defaults.</param>
    /// <param name="time">Its clock; null means the system's.</param>
    /// <exception cref="OptionsValidationException">A setting is wrong; the message names it and the cure.</exception>
    public MemoryBroadcaster(BroadcastOptions? options = null, TimeProvider? time = null)
        : this(Checked(options ?? new BroadcastOptions()), time ?? TimeProvider.System)
    {
        _ownsParts = true;
    }

    /// <summary>Makes a broadcaster from the parts that a container holds.</summary>
    public MemoryBroadcaster(
        LocalHub hub,
        BroadcastPipeline pipeline,
        TimerWheel wheel,
        IOptions<BroadcastOptions> options,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(hub);
        ArgumentNullException.ThrowIfNull(options);
        Hub = hub;
        _pipeline = pipeline;
        _wheel = wheel;
        _time = time;
        _options = options.Value;
        _history = new MemoryHistory(_options.Channels, wheel, time);
        _presence = new MemoryPresence(hub, wheel, time, _options.PresenceGrace);
        _idempotency = new IdempotencyWindow(wheel, _options.IdempotencyWindow);
        _hasRoom = hub.HasRoom;
        _publish = hub.Publish;
    }

    private MemoryBroadcaster(IOptions<BroadcastOptions> options, TimeProvider time)
        : this(
            new LocalHub(options),
            new BroadcastPipeline(options, new BroadcastSerializer(options.Value.Json), [new NullBroadcastDriver()], currentSender: null, time),
            new TimerWheel(time),
            options,
            time)
    {
    }

    /// <summary>The hub that delivers its messages.</summary>
    public LocalHub Hub { get; }

    /// <summary>Who is present where.</summary>
    internal MemoryPresence Presence => _presence;

    /// <summary>
    /// Waited for, by connection, between the start of a subscription and its completion. Nothing takes time there in one
    /// process; tests hold a subscription here, as a store across processes would.
    /// </summary>
    internal Func<string, Task> Completing { get; set; } = static _ => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<BroadcastReceipt> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.IdempotencyKey is { } key
            ? _idempotency.RunAsync(key, cancel => PublishAsync(request, cancel), cancellationToken)
            : PublishAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<SubscribeOutcome> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(request.Last, nameof(request));
        cancellationToken.ThrowIfCancellationRequested();
        var keepsHistory = _options.Channels.Of(request.Channel).KeepsHistory;
        if (!keepsHistory && !request.Channel.IsPresence)
        {
            return await Hub.SubscribeAsync(request).ConfigureAwait(false);
        }

        request = PresenceIdentity.Settle(request, Hub);
        var (outcome, pending) = await Hub.BeginSubscribeAsync(request).ConfigureAwait(false);
        return pending is null ? outcome : await CompleteAsync(request, pending, outcome).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> UnsubscribeAsync(
        string connectionId,
        Channel channel,
        UnsubscribeReason reason = default,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Who has been told that it is out may come back on another connection: that must find the leave done.
        void Left(EndedSubscription ended) => Leave(connectionId, ended, atOnce: !reason.ClientComesBack);
        return await Hub.UnsubscribeAsync(connectionId, channel, reason, Left).ConfigureAwait(false) is not null;
    }

    /// <inheritdoc/>
    public async ValueTask RemoveConnectionAsync(string connectionId, bool leaveAtOnce, CancellationToken cancellationToken = default)
    {
        foreach (var end in await Hub.RemoveConnectionAsync(connectionId).ConfigureAwait(false))
        {
            Leave(connectionId, end, leaveAtOnce);
        }
    }

    /// <inheritdoc/>
    public bool IsSubscribed(string connectionId, Channel channel) => Hub.IsSubscribed(connectionId, channel);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> GetConnectionsAsync(Channel channel, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Hub.GetConnections(channel));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PresenceMember>> GetMembersAsync(Channel channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return ValueTask.FromResult(_presence.Read(channel).Members);
    }

    /// <inheritdoc/>
    public ValueTask<ChannelHistoryPage> ReadLastAsync(Channel channel, int last, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentOutOfRangeException.ThrowIfNegative(last);
        return ValueTask.FromResult(_history.ReadLast(channel, last));
    }

    /// <inheritdoc/>
    public ValueTask<ChannelHistoryPage> ReadSinceAsync(Channel channel, ChannelPosition since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return ValueTask.FromResult(_history.ReadSince(channel, since));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _history.Dispose();
        if (_ownsParts)
        {
            _wheel.Dispose();
            Hub.Metrics.Dispose();
        }
    }

    private static IOptions<BroadcastOptions> Checked(BroadcastOptions options)
    {
        var result = new BroadcastOptionsValidator([BroadcasterRegistration.OfMemory]).Validate(name: null, options);
        return result.Failed
            ? throw new OptionsValidationException(nameof(BroadcastOptions), typeof(BroadcastOptions), result.Failures)
            : Microsoft.Extensions.Options.Options.Create(options);
    }

    private async ValueTask<BroadcastReceipt> PublishAsync(BroadcastRequest request, CancellationToken cancellationToken)
    {
        using var activity = Hub.Metrics.StartPublish(request);
        var started = _time.GetTimestamp();
        var prepared = await _pipeline.PrepareAsync(request, cancellationToken).ConfigureAwait(false);
        if (prepared.Direct is { } direct && !Hub.Publish(direct))
        {
            throw new ConnectionNotFoundException(direct.ConnectionId);
        }

        if (prepared.Messages.Count == 0)
        {
            // A condition said no, or it went to one connection alone.
            return BroadcastReceipt.Empty;
        }

        var receipts = new ChannelReceipt[prepared.Messages.Count];
        for (var i = 0; i < receipts.Length; i++)
        {
            receipts[i] = await PublishAsync(prepared.Messages[i], cancellationToken).ConfigureAwait(false);
        }

        Hub.Metrics.Published(receipts.Length, _time.GetElapsedTime(started));
        return new BroadcastReceipt(receipts);
    }

    private async ValueTask<ChannelReceipt> PublishAsync(BroadcastMessage message, CancellationToken cancellationToken)
    {
        var channel = message.Channel;
        while (true)
        {
            var target = Hub.Find(channel);
            if (target is { HasRoom: false })
            {
                await Hub.WaitForRoomAsync(channel, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var settings = target?.Settings ?? _options.Channels.Of(channel);
            if (!settings.KeepsHistory || message.IsClientEvent)
            {
                var subscribers = Hub.Publish(message);
                return target?.ReceiptOf(subscribers) ?? new ChannelReceipt(channel, Position: null, subscribers);
            }

            if (_history.Append(message, settings, _hasRoom, _publish) is { } accepted)
            {
                return new ChannelReceipt(channel, accepted.Position, accepted.Result);
            }
        }
    }

    private async ValueTask<SubscribeOutcome> CompleteAsync(
        SubscribeRequest request,
        PendingSubscription pending,
        SubscribeOutcome outcome)
    {
        await Completing(request.ConnectionId).ConfigureAwait(false);
        var channel = request.Channel;
        if (channel.IsPresence && !pending.IsRepeat)
        {
            _presence.Join(channel, request.ConnectionId, request.UserId!, request.UserInfo); // settled before
        }

        var start = await RecoveryPlan.MakeAsync(request, pending.IsRepeat, this, _options.RecoveryBytes, CancellationToken.None).ConfigureAwait(false);
        if (channel.IsPresence)
        {
            var (members, revision) = _presence.Read(channel);
            start = start with { Members = members, Revision = revision };
        }

        return await pending.CompleteAsync(start).ConfigureAwait(false) ? outcome : SubscribeOutcome.Ended;
    }

    private void Leave(string connectionId, EndedSubscription ended, bool atOnce)
    {
        if (ended is { UserId: { } userId, Channel.IsPresence: true })
        {
            _presence.Leave(ended.Channel, connectionId, userId, atOnce);
        }
    }
}
