using System.Collections.Concurrent;

namespace RfBroadcast;

/// <summary>The histories of all channels in this process.</summary>
/// <remarks>
/// Old messages go when a channel is used and once a minute. A log that was not used for an hour after its last message
/// expired is forgotten; from then on the epoch is a new one, so that its offsets are never mistaken for others.
/// </remarks>
internal sealed class MemoryHistory : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeptAfterExpiry = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, ChannelLog> _logs = new(StringComparer.Ordinal);
    private readonly ChannelSettingsCollection _settings;
    private readonly TimeProvider _time;
    private readonly WheelEntry _sweep;
    private volatile string _epoch = NewEpoch();

    public MemoryHistory(ChannelSettingsCollection settings, TimerWheel wheel, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _sweep = wheel.Schedule(SweepInterval, Sweep);
    }

    /// <summary>Gives a message its offset and passes it on, both in one order.</summary>
    /// <returns>Its position, and what <paramref name="publish"/> gave; null when <paramref name="mayPublish"/> refused.</returns>
    public (ChannelPosition Position, int Result)? Append(
        BroadcastMessage message,
        ChannelSettings settings,
        Func<Channel, bool> mayPublish,
        Func<BroadcastMessage, int> publish)
    {
        while (true)
        {
            var log = _logs.GetOrAdd(message.Channel.WireName, static (_, made) => new ChannelLog(made._epoch, made.settings), (_epoch, settings));
            lock (log.Gate)
            {
                if (log.IsForgotten)
                {
                    continue;
                }

                if (!mayPublish(message.Channel))
                {
                    return null;
                }

                var result = publish(log.Append(message, _time.GetUtcNow()));
                return (log.Top, result);
            }
        }
    }

    public ChannelHistoryPage ReadLast(Channel channel, int last) =>
        Read(channel, (log, now) => log.ReadLast(last, now), top => new ChannelHistoryPage(top, []));

    public ChannelHistoryPage ReadSince(Channel channel, ChannelPosition since) =>
        Read(
            channel,
            (log, now) => log.ReadSince(since, now),
            top => new ChannelHistoryPage(top, [], since == top ? RecoveryFailure.None : RecoveryFailure.Epoch));

    public void Dispose() => _sweep.Cancel();

    private static string NewEpoch() =>
        System.Security.Cryptography.RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 8);

    /// <summary>Reads a channel's log; one that was never published to has none, and none is made for a reader.</summary>
    private ChannelHistoryPage Read(
        Channel channel,
        Func<ChannelLog, DateTimeOffset, ChannelHistoryPage> read,
        Func<ChannelPosition, ChannelHistoryPage> readEmpty)
    {
        if (!_settings.Of(channel).KeepsHistory)
        {
            return new ChannelHistoryPage(null, [], RecoveryFailure.NoHistory);
        }

        if (!_logs.TryGetValue(channel.WireName, out var log))
        {
            return readEmpty(new ChannelPosition(_epoch, 0));
        }

        lock (log.Gate)
        {
            return read(log, _time.GetUtcNow());
        }
    }

    private void Sweep()
    {
        var now = _time.GetUtcNow();
        foreach (var (name, log) in _logs)
        {
            lock (log.Gate)
            {
                log.Trim(now);
                if (now - log.LastUsed < log.MessageAge + KeptAfterExpiry)
                {
                    continue;
                }

                // First the epoch: whoever looks after the removal must not see the old one with offset 0.
                _epoch = NewEpoch();
                log.IsForgotten = true;
                _logs.TryRemove(name, out _);
            }
        }

        _sweep.Reschedule(SweepInterval);
    }
}
