using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace RfBroadcast;

/// <summary>The histories of all channels in this process.</summary>
/// <remarks>
/// Old messages go when a channel is used and once a minute. A log that was not used for an hour after its last message
/// expired is forgotten. Logs made after that start past its offsets: so no offset of a channel is given twice, and whoever is
/// still subscribed sees them rise. The epoch is that of the process.
/// </remarks>
internal sealed class MemoryHistory(ChannelSettingsCollection settings, TimerWheel wheel, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeptAfterExpiry = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, ChannelLog> _logs = new(StringComparer.Ordinal);
    private readonly string _epoch = RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 8);
    private readonly Lock _sweepGate = new();
    private WheelEntry? _sweep;
    private bool _isSweeping;
    private bool _isDisposed;
    private long _forgotten; // the highest offset of all logs that were forgotten

    /// <summary>How many channels have a log.</summary>
    public int LogCount => _logs.Count;

    /// <summary>Gives a message its offset and passes it on, both in one order.</summary>
    /// <returns>Its position, and what <paramref name="publish"/> gave; null when <paramref name="mayPublish"/> refused.</returns>
    public (ChannelPosition Position, int Result)? Append(
        BroadcastMessage message,
        ChannelSettings kept,
        Func<Channel, bool> mayPublish,
        Func<BroadcastMessage, int> publish)
    {
        while (true)
        {
            var log = LogOf(message.Channel, kept);
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

                var result = publish(log.Append(message, time.GetUtcNow()));
                return (log.Top, result);
            }
        }
    }

    public ChannelHistoryPage ReadLast(Channel channel, int last) => Read(channel, log => log.ReadLast(last, time.GetUtcNow()));

    public ChannelHistoryPage ReadSince(Channel channel, ChannelPosition since) =>
        Read(channel, log => log.ReadSince(since, time.GetUtcNow()));

    public void Dispose()
    {
        lock (_sweepGate)
        {
            _isDisposed = true;
            _sweep?.Cancel();
        }
    }

    private ChannelHistoryPage Read(Channel channel, Func<ChannelLog, ChannelHistoryPage> read)
    {
        var kept = settings.Of(channel);
        if (!kept.KeepsHistory)
        {
            return new ChannelHistoryPage(null, [], RecoveryFailure.NoHistory);
        }

        // A channel that was never published to has no log, and none is kept for a reader.
        var log = _logs.GetValueOrDefault(channel.WireName) ?? NewLog(kept);
        lock (log.Gate)
        {
            return read(log);
        }
    }

    private ChannelLog LogOf(Channel channel, ChannelSettings kept)
    {
        if (_logs.TryGetValue(channel.WireName, out var log))
        {
            return log;
        }

        log = _logs.GetOrAdd(channel.WireName, static (_, made) => made.Owner.NewLog(made.Kept), (Owner: this, Kept: kept));
        StartSweeping();
        return log;
    }

    private ChannelLog NewLog(ChannelSettings kept) => new(_epoch, Interlocked.Read(ref _forgotten), kept);

    /// <summary>Sweeps while there is something to sweep: an idle process has no timer running.</summary>
    private void StartSweeping()
    {
        lock (_sweepGate)
        {
            if (!_isSweeping && !_isDisposed)
            {
                _isSweeping = true;
                _sweep = wheel.Schedule(SweepInterval, Sweep);
            }
        }
    }

    private void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var (name, log) in _logs)
        {
            lock (log.Gate)
            {
                log.Trim(now);
                if (now - log.LastUsed < log.MessageAge + KeptAfterExpiry)
                {
                    continue;
                }

                // First its offset: whoever makes a log after the removal must start past it.
                Interlocked.Exchange(ref _forgotten, Math.Max(_forgotten, log.LastOffset)); // only this method writes it
                log.IsForgotten = true;
                _logs.TryRemove(name, out _);
            }
        }

        lock (_sweepGate)
        {
            _isSweeping = false;
        }

        if (!_logs.IsEmpty)
        {
            StartSweeping();
        }
    }
}
