namespace RfBroadcast;

/// <summary>
/// A connection's subscriptions by wire name. Most connections have one, for which no table is made. A mutable structure: it
/// is never copied, and its owner guards it.
/// </summary>
internal struct SubscriptionSet
{
    private Subscription? _only;
    private Dictionary<string, Subscription>? _many; // has all of them, once there were two

    public readonly bool IsEmpty => _many is null ? _only is null : _many.Count == 0;

    public bool TryAdd(Subscription subscription)
    {
        if (_many is null)
        {
            if (_only is null)
            {
                _only = subscription;
                return true;
            }

            _many = new Dictionary<string, Subscription>(StringComparer.Ordinal) { [NameOf(_only)] = _only };
            _only = null;
        }

        return _many.TryAdd(NameOf(subscription), subscription);
    }

    public readonly Subscription? Find(string wireName) =>
        _many is not null ? _many.GetValueOrDefault(wireName)
        : _only is not null && string.Equals(NameOf(_only), wireName, StringComparison.Ordinal) ? _only
        : null;

    public void Remove(string wireName)
    {
        if (_many is not null)
        {
            _many.Remove(wireName);
        }
        else if (Find(wireName) is not null)
        {
            _only = null;
        }
    }

    /// <summary>Those that have not ended, or all of them.</summary>
    public readonly Subscription[] ToArray(bool withEnded)
    {
        if (_many is not null)
        {
            return withEnded ? [.. _many.Values] : [.. _many.Values.Where(subscription => !subscription.HasEnded)];
        }

        return _only is null || (_only.HasEnded && !withEnded) ? [] : [_only];
    }

    /// <summary>How many have not ended.</summary>
    public readonly int CountLive()
    {
        if (_many is null)
        {
            return _only is { HasEnded: false } ? 1 : 0;
        }

        var count = 0;
        foreach (var subscription in _many.Values)
        {
            count += subscription.HasEnded ? 0 : 1;
        }

        return count;
    }

    private static string NameOf(Subscription subscription) => subscription.Channel.Channel.WireName;
}
