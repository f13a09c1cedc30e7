namespace RfBroadcast.Redis;

/// <summary>The histories in Redis, read for whoever asks.</summary>
/// <param name="link">The connection.</param>
/// <param name="feeds">What this node has seen of the channels.</param>
/// <param name="reader">Reads.</param>
/// <param name="limitBytes">More than this is not read at once; it fails with <see cref="RecoveryFailure.Limit"/>.</param>
internal sealed class RedisHistory(RedisLink link, FeedDirectory feeds, ChannelReader reader, long limitBytes) : IChannelHistory
{
    public ValueTask<ChannelHistoryPage> ReadLastAsync(Channel channel, int last, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentOutOfRangeException.ThrowIfNegative(last);
        return ReadAsync(channel, (session, place) => reader.ReadLastAsync(session, place, last), cancellationToken);
    }

    public ValueTask<ChannelHistoryPage> ReadSinceAsync(Channel channel, ChannelPosition since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return ReadAsync(channel, (session, place) => reader.ReadSinceAsync(session, place, since, limitBytes), cancellationToken);
    }

    private async ValueTask<ChannelHistoryPage> ReadAsync(
        Channel channel,
        Func<RedisSession, ChannelPlace, Task<ChannelReading>> read,
        CancellationToken cancellationToken)
    {
        var place = feeds.PlaceOf(channel);
        if (!place.Settings.KeepsHistory)
        {
            return new ChannelHistoryPage(Top: null, [], RecoveryFailure.NoHistory);
        }

        var session = await link.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        var reading = await read(session, place).WaitAsync(cancellationToken).ConfigureAwait(false);
        feeds.Find(channel)?.Observe(reading.Tops.Epoch, reading.Tops.Order);
        return new ChannelHistoryPage(new ChannelPosition(reading.Tops.Epoch, reading.Tops.Offset), reading.Messages, reading.Failure);
    }
}
