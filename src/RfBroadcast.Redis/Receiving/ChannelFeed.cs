namespace RfBroadcast.Redis;

/// <summary>
/// What this node receives of one channel, from Redis to the hub: subscribed once for all local subscribers, put in order,
/// completed from the history where something is missing. Files by verb: <c>Open</c>, <c>Receive</c>, <c>Heal</c>.
/// </summary>
/// <remarks>
/// One lock guards its state, and what is posted to the hub is posted under it, so that order given is order posted. It is never
/// held across a call to Redis, and posting never waits. On an ordered channel everything up to <see cref="_order"/> was posted,
/// or is in the backlog; what is later waits in <see cref="_early"/>.
/// </remarks>
internal sealed partial class ChannelFeed
{
    private readonly Lock _gate = new();
    private readonly FeedServices _services;
    private readonly ChannelSettings _settings;
    private readonly FeedBacklog _backlog;
    private readonly PresenceView? _view;

    // The position in Redis's own count. The epoch is null until it was read for the first time.
    private string? _epoch;
    private long _order;
    private long _offset;

    public ChannelFeed(Channel channel, ChannelKeys keys, ChannelSettings settings, FeedServices services)
    {
        Channel = channel;
        Keys = keys;
        _settings = settings;
        _services = services;
        _backlog = new FeedBacklog(services.Budget);
        _early = new EarlyEnvelopes(services.Budget);
        _view = channel.IsPresence ? new PresenceView() : null;
        IsOrdered = settings.KeepsHistory || channel.IsPresence;
    }

    public Channel Channel { get; }

    public ChannelKeys Keys { get; }

    /// <summary>Whether a script gives its messages one order for all nodes.</summary>
    public bool IsOrdered { get; }

    /// <summary>The highest order that was seen, and its epoch.</summary>
    public ChannelPlace Place
    {
        get
        {
            lock (_gate)
            {
                return new ChannelPlace(Channel, Keys, _settings, _epoch ?? "", _order);
            }
        }
    }

    /// <summary>The members, and the revision of the last edge they include; null when a user is not among them.</summary>
    public (PresenceMember[] Members, long Revision)? SnapshotWith(string? userId)
    {
        lock (_gate)
        {
            return _view is null ? ([], 0)
                : userId is null || _view.Has(userId) ? (_view.Members(), _view.Revision)
                : null;
        }
    }
}
