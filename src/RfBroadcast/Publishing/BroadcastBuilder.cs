namespace RfBroadcast;

/// <summary>
/// Gathers a broadcast step by step: <c>broadcaster.To("orders.7").Event("shipped").With(data).SendAsync()</c>. Made for one
/// broadcast; not thread-safe.
/// </summary>
public sealed class BroadcastBuilder
{
    private readonly IBroadcaster _broadcaster;
    private readonly List<Channel> _channels = [];
    private readonly List<string> _users = [];
    private readonly List<string> _organizations = [];
    private string? _connectionId;
    private IEvent? _event;
    private string? _name;
    private object? _data;
    private SenderExclusion _except;
    private string? _idempotencyKey;
    private List<string>? _drivers;

    internal BroadcastBuilder(IBroadcaster broadcaster)
    {
        ArgumentNullException.ThrowIfNull(broadcaster);
        _broadcaster = broadcaster;
    }

    /// <summary>Adds the channels with these wire names.</summary>
    /// <exception cref="InvalidChannelException">A name is not valid.</exception>
    public BroadcastBuilder To(params string[] channels) => Add(channels, Channel.Parse);

    /// <summary>Adds these channels.</summary>
    public BroadcastBuilder To(params Channel[] channels)
    {
        ArgumentNullException.ThrowIfNull(channels);
        _channels.AddRange(channels);
        return this;
    }

    /// <summary>Adds the private channels with these bare names.</summary>
    /// <exception cref="InvalidChannelException">A name is not valid.</exception>
    public BroadcastBuilder ToPrivate(params string[] names) => Add(names, Channel.Private);

    /// <summary>Adds the presence channels with these bare names.</summary>
    /// <exception cref="InvalidChannelException">A name is not valid.</exception>
    public BroadcastBuilder ToPresence(params string[] names) => Add(names, Channel.Presence);

    /// <summary>Adds all connections of these users.</summary>
    public BroadcastBuilder ToUser(params string[] userIds)
    {
        ArgumentNullException.ThrowIfNull(userIds);
        _users.AddRange(userIds);
        return this;
    }

    /// <summary>Adds the private channels of these organizations.</summary>
    public BroadcastBuilder ToOrganization(params string[] organizationIds)
    {
        ArgumentNullException.ThrowIfNull(organizationIds);
        _organizations.AddRange(organizationIds);
        return this;
    }

    /// <summary>Adds one connection, which gets the event on no channel.</summary>
    public BroadcastBuilder ToConnection(string connectionId)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        _connectionId = connectionId;
        return this;
    }

    /// <summary>Names the event; its data comes from <see cref="With"/>.</summary>
    public BroadcastBuilder Event(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _name = name;
        _event = null;
        return this;
    }

    /// <summary>Takes an event with its own name and data.</summary>
    public BroadcastBuilder Event(IEvent broadcast)
    {
        ArgumentNullException.ThrowIfNull(broadcast);
        _event = broadcast;
        _name = null;
        return this;
    }

    /// <summary>The data of an event that was named with <see cref="Event(string)"/>; without it, null.</summary>
    public BroadcastBuilder With(object? data)
    {
        _data = data;
        return this;
    }

    /// <summary>Leaves this connection out.</summary>
    public BroadcastBuilder Except(string connectionId)
    {
        _except = SenderExclusion.Connection(connectionId);
        return this;
    }

    /// <summary>
    /// Leaves out the connection that the current request names in its <c>X-Socket-ID</c> header; without one, nobody.
    /// </summary>
    public BroadcastBuilder ToOthers()
    {
        _except = SenderExclusion.Current;
        return this;
    }

    /// <summary>Makes repeating the call safe (<see cref="BroadcastRequest.IdempotencyKey"/>).</summary>
    public BroadcastBuilder WithIdempotencyKey(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        _idempotencyKey = key;
        return this;
    }

    /// <summary>Sends it also to these drivers, instead of the default ones.</summary>
    public BroadcastBuilder Via(params string[] drivers)
    {
        ArgumentNullException.ThrowIfNull(drivers);
        (_drivers ??= []).AddRange(drivers);
        return this;
    }

    /// <summary>Publishes it.</summary>
    /// <exception cref="InvalidOperationException">No event was given.</exception>
    /// <inheritdoc cref="IBroadcaster.BroadcastAsync(BroadcastRequest, CancellationToken)" path="/exception"/>
    public ValueTask<BroadcastReceipt> SendAsync(CancellationToken cancellationToken = default)
    {
        if (_name is null && _event is null)
        {
            throw new InvalidOperationException("The broadcast has no event: call Event(\"name\").With(data), or Event(anEvent), before SendAsync().");
        }

        var request = new BroadcastRequest
        {
            Event = _event ?? new SimpleEvent(_name!, _data), // one of the two, as checked above
            Channels = _channels,
            Users = _users,
            Organizations = _organizations,
            ConnectionId = _connectionId,
            Except = _except,
            IdempotencyKey = _idempotencyKey,
            Drivers = _drivers,
        };
        return _broadcaster.BroadcastAsync(request, cancellationToken);
    }

    private BroadcastBuilder Add(string[] names, Func<string, Channel> make)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
        {
            _channels.Add(make(name));
        }

        return this;
    }
}
