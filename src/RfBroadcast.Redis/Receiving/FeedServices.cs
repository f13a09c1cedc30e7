using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.Redis;

/// <summary>What all feeds of a node share.</summary>
internal sealed class FeedServices
{
    private readonly ConcurrentDictionary<int, bool> _toldVersions = new();
    private long _revision;

    public required LocalHub Hub { get; init; }

    public required RedisLink Link { get; init; }

    public required ChannelReader Reader { get; init; }

    public required ReceiveBudget Budget { get; init; }

    public required RedisBroadcastOptions Options { get; init; }

    public required RedisMetrics Metrics { get; init; }

    public required TimerWheel Wheel { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Told of every subscription that a feed had to end, before its client is.</summary>
    public required Action<string, EndedSubscription> Ended { get; init; }

    /// <summary>Told when a presence channel's epoch has changed: what this node had joined there may be gone.</summary>
    public required Action<Channel> StoreChanged { get; init; }

    public CancellationTokenSource Stopping { get; } = new();

    /// <summary>One count for all channels, so that a channel's revisions rise even when its feed is made anew.</summary>
    public long NextRevision() => Interlocked.Increment(ref _revision);

    /// <summary>Counts an envelope that this code cannot read, as newer nodes write; each version is said once.</summary>
    public void CountUnreadable(byte[]? envelope, Channel channel)
    {
        Metrics.Unreadable();
        var version = envelope is [var first, ..] ? first : 0;
        if (_toldVersions.TryAdd(version, value: true))
        {
            Log.EnvelopeUnreadable(Logger, version, channel.WireName);
        }
    }
}
