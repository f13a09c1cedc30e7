namespace RfBroadcast;

/// <summary>
/// A connection id in the hub, with its subscriptions by wire name. Without a socket it lives as long as it has
/// subscriptions. Its lock guards only itself and is never held across a call out.
/// </summary>
internal sealed class ConnectionEntry(string id, IConnection? socket)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Subscription> _subscriptions = new(StringComparer.Ordinal);
    private bool _closed;

    public string Id => id;

    public IConnection? Socket => socket;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _subscriptions.Count;
            }
        }
    }

    /// <summary>Adds a subscription; false when the connection has closed.</summary>
    public bool TryAdd(Subscription subscription)
    {
        lock (_gate)
        {
            return !_closed && _subscriptions.TryAdd(subscription.Channel.Channel.WireName, subscription);
        }
    }

    public Subscription? Find(string wireName)
    {
        lock (_gate)
        {
            return _subscriptions.GetValueOrDefault(wireName);
        }
    }

    /// <summary>Removes a subscription; true when the entry has no use any more.</summary>
    public bool Remove(string wireName)
    {
        lock (_gate)
        {
            _subscriptions.Remove(wireName);
            _closed |= socket is null && _subscriptions.Count == 0;
            return _closed;
        }
    }

    /// <summary>Lets nothing be added any more, and gives what was there.</summary>
    public Subscription[] Close()
    {
        lock (_gate)
        {
            _closed = true;
            return [.. _subscriptions.Values];
        }
    }

    public Subscription[] Subscriptions()
    {
        lock (_gate)
        {
            return [.. _subscriptions.Values];
        }
    }
}
