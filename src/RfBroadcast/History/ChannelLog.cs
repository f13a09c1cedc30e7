namespace RfBroadcast;

/// <summary>What one channel with history has kept in this process. All of it is guarded by <see cref="Gate"/>.</summary>
/// <param name="epoch">The epoch of its offsets.</param>
/// <param name="start">The offset before its first one.</param>
/// <param name="settings">How much is kept.</param>
internal sealed class ChannelLog(string epoch, long start, ChannelSettings settings)
{
    private readonly Queue<BroadcastMessage> _messages = new();

    /// <summary>Held while a message gets its offset and is posted, so that both are in one order.</summary>
    public Lock Gate { get; } = new();

    public ChannelPosition Top => new(epoch, LastOffset);

    public long LastOffset { get; private set; } = start;

    public DateTimeOffset LastUsed { get; private set; }

    public TimeSpan MessageAge => settings.HistoryAge;

    public bool IsForgotten { get; set; }

    /// <summary>Gives a message the next offset and keeps it.</summary>
    public BroadcastMessage Append(BroadcastMessage message, DateTimeOffset now)
    {
        var kept = message with { Offset = ++LastOffset };
        _messages.Enqueue(kept);
        LastUsed = now;
        Trim(now);
        return kept;
    }

    public ChannelHistoryPage ReadLast(int last, DateTimeOffset now)
    {
        Trim(now);
        return new ChannelHistoryPage(Top, [.. _messages.Skip(Math.Max(0, _messages.Count - last))]);
    }

    public ChannelHistoryPage ReadSince(ChannelPosition since, DateTimeOffset now)
    {
        Trim(now);
        if (since.Epoch != epoch || since.Offset > LastOffset || since.Offset < 0)
        {
            return new ChannelHistoryPage(Top, [], RecoveryFailure.Epoch);
        }

        var missed = LastOffset - since.Offset;
        return missed > _messages.Count
            ? new ChannelHistoryPage(Top, [], RecoveryFailure.Expired)
            : new ChannelHistoryPage(Top, [.. _messages.Skip(_messages.Count - (int)missed)]);
    }

    /// <summary>Drops what is over the number or the age the settings keep.</summary>
    public void Trim(DateTimeOffset now)
    {
        while (_messages.TryPeek(out var oldest)
            && (_messages.Count > settings.HistorySize || now - oldest.Timestamp >= settings.HistoryAge))
        {
            _messages.Dequeue();
        }
    }
}
