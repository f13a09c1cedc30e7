namespace RfBroadcast;

/// <summary>Reads what channels with history have kept (<see cref="ChannelSettings.KeepHistory"/>). Thread-safe.</summary>
public interface IChannelHistory
{
    /// <summary>The last messages that are still kept, oldest first.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="last">How many at most; 0 gives the top position alone.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="BroadcasterUnavailableException">The store cannot be reached.</exception>
    ValueTask<ChannelHistoryPage> ReadLastAsync(Channel channel, int last, CancellationToken cancellationToken = default);

    /// <summary>Every message after a position, oldest first: all of them, or none and the reason.</summary>
    /// <exception cref="BroadcasterUnavailableException">The store cannot be reached.</exception>
    ValueTask<ChannelHistoryPage> ReadSinceAsync(Channel channel, ChannelPosition since, CancellationToken cancellationToken = default);
}
