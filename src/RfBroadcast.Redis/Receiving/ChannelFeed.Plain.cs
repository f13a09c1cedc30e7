namespace RfBroadcast.Redis;

/// <summary>Messages that no script has ordered: those of one publisher are put in the order of its sequence, and gaps counted.</summary>
internal sealed partial class ChannelFeed
{
    // A publisher that was not heard of for so long is forgotten; should it come back, nothing is lost but the count of a gap.
    private static readonly TimeSpan PublisherMemory = TimeSpan.FromMinutes(5);

    private const int ManyPublishers = 64;

    private void TakePlain(in Envelope envelope)
    {
        var now = _services.Time.GetTimestamp();
        var sequence = SequenceOf(envelope.Publisher, now);
        if (sequence.TryPass(envelope, out var lost))
        {
            _services.Metrics.Lost(lost);
            Apply(envelope, skip: 0);
            PassEarly(sequence, now);
            return;
        }

        if (sequence.IsLate(envelope))
        {
            return; // given up and counted
        }

        if (!sequence.Early.TryAdd(envelope, now))
        {
            TakeAnyway(sequence, envelope, now);
            return;
        }

        CheckGapLater();
    }

    /// <summary>There is no room to wait for what precedes an envelope: it counts as lost, as far as it has not come.</summary>
    private void TakeAnyway(PublisherSequence sequence, in Envelope envelope, long now)
    {
        while (sequence.Early.Count > 0 && sequence.Early.First.First < envelope.First)
        {
            GiveUp(sequence, now);
        }

        if (!sequence.IsLate(envelope))
        {
            _services.Metrics.Lost(sequence.Skip(envelope));
            Apply(envelope, skip: 0);
            PassEarly(sequence, now);
        }
    }

    private PublisherSequence SequenceOf(ulong publisher, long now)
    {
        if (!_publishers.TryGetValue(publisher, out var sequence))
        {
            ForgetPublishers(now);
            _publishers[publisher] = sequence = new PublisherSequence(_services.Budget);
        }

        sequence.LastSeen = now;
        return sequence;
    }

    private void ForgetPublishers(long now)
    {
        if (_publishers.Count < ManyPublishers)
        {
            return;
        }

        foreach (var (publisher, sequence) in _publishers)
        {
            if (sequence.Early.Count == 0 && _services.Time.GetElapsedTime(sequence.LastSeen, now) > PublisherMemory)
            {
                _publishers.Remove(publisher);
            }
        }
    }

    private void PassEarly(PublisherSequence sequence, long now)
    {
        while (sequence.Early.Count > 0 && sequence.Early.First is var first)
        {
            if (!sequence.TryPass(first, out var lost))
            {
                if (!sequence.IsLate(first))
                {
                    return;
                }

                sequence.Early.Take(now);
                continue;
            }

            sequence.Early.Take(now);
            _services.Metrics.Lost(lost);
            Apply(first, skip: 0);
        }
    }

    private void GiveUp(PublisherSequence sequence, long now)
    {
        _services.Metrics.Lost(sequence.GiveUp());
        PassEarly(sequence, now);
    }

    /// <summary>Gives up what early envelopes have waited for long enough.</summary>
    /// <returns>Whether some wait on.</returns>
    private bool CheckPlainGaps(long now)
    {
        var someWait = false;
        foreach (var (_, sequence) in _publishers)
        {
            while (sequence.Early.Count > 0 && _services.Time.GetElapsedTime(sequence.Early.Since, now) >= ReorderWindow)
            {
                GiveUp(sequence, now);
            }

            someWait |= sequence.Early.Count > 0;
        }

        return someWait;
    }
}
