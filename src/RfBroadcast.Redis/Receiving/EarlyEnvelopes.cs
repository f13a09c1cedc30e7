namespace RfBroadcast.Redis;

/// <summary>
/// Envelopes that came before what precedes them, sorted; the reorder window. The client library may hand them over in any order,
/// so one that is early is mostly followed by what it waits for. They count in the budget. Guarded by the feed's lock.
/// </summary>
internal sealed class EarlyEnvelopes(ReceiveBudget budget)
{
    private const int MostEnvelopes = 1024;
    private const int MostBytes = 1024 * 1024;

    private readonly SortedList<long, Envelope> _envelopes = [];
    private int _bytes;

    /// <summary>When the one that waits longest came; a timestamp.</summary>
    public long Since { get; private set; }

    public int Count => _envelopes.Count;

    /// <summary>The first one; there must be one.</summary>
    public Envelope First => _envelopes.GetValueAtIndex(0);

    /// <summary>Adds an envelope; false when there are too many, here or of all channels together.</summary>
    public bool TryAdd(in Envelope envelope, long now)
    {
        if (_envelopes.Count >= MostEnvelopes || _bytes + envelope.Length > MostBytes || !budget.TryTake(envelope.Length))
        {
            return false;
        }

        if (_envelopes.Count == 0)
        {
            Since = now;
        }

        // The same place twice is two epochs: the later one to come counts.
        if (_envelopes.TryGetValue(envelope.First, out var before))
        {
            _bytes -= before.Length;
            budget.Return(before.Length);
        }

        _envelopes[envelope.First] = envelope;
        _bytes += envelope.Length;
        return true;
    }

    /// <summary>Takes the first one off.</summary>
    public Envelope Take(long now)
    {
        var envelope = First;
        _envelopes.RemoveAt(0);
        _bytes -= envelope.Length;
        budget.Return(envelope.Length);
        Since = now;
        return envelope;
    }

    public void Clear()
    {
        _envelopes.Clear();
        budget.Return(_bytes);
        _bytes = 0;
    }
}
