namespace RfBroadcast.Redis;

/// <summary>
/// The plain messages of one publisher on one channel, put in order by their sequence numbers. Guarded by the feed's lock.
/// </summary>
internal sealed class PublisherSequence(ReceiveBudget budget)
{
    private long _next = -1; // not known before the first was let through

    /// <summary>What waits for those before it.</summary>
    public EarlyEnvelopes Early { get; } = new(budget);

    /// <summary>When something last came; a timestamp.</summary>
    public long LastSeen { get; set; }

    /// <summary>Whether an envelope is the next one. If so, it counts as taken; <paramref name="lost"/> says how many before it never came.</summary>
    public bool TryPass(in Envelope envelope, out long lost)
    {
        lost = 0;
        if (_next >= 0 && envelope.First > _next && envelope.Leads)
        {
            lost = envelope.First - _next;
        }
        else if (_next < 0 ? !envelope.Leads : envelope.First != _next)
        {
            return false;
        }

        _next = envelope.Last + 1;
        return true;
    }

    /// <summary>Whether an envelope comes after it was given up.</summary>
    public bool IsLate(in Envelope envelope) => _next >= 0 && envelope.First < _next;

    /// <summary>Takes an envelope, whatever is missing before it.</summary>
    /// <returns>How many messages are lost.</returns>
    public long Skip(in Envelope envelope)
    {
        var lost = _next < 0 ? 0 : envelope.First - _next;
        _next = envelope.Last + 1;
        return lost;
    }

    /// <summary>Gives up what is missing before the first early one.</summary>
    /// <returns>How many messages are lost.</returns>
    public long GiveUp()
    {
        var first = Early.First.First;
        var lost = _next < 0 ? 0 : first - _next;
        _next = first;
        return lost;
    }
}
