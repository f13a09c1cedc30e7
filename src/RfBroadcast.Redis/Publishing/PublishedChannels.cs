using System.Collections.Concurrent;

namespace RfBroadcast.Redis;

/// <summary>The channels this process publishes on. One that was not used for a while is forgotten. Thread-safe.</summary>
internal sealed class PublishedChannels : IDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, PublishedChannel> _channels = new(StringComparer.Ordinal);
    private readonly RedisKeys _keys;
    private readonly BroadcastOptions _broadcasting;
    private readonly IBatchSender _sender;
    private readonly TimeProvider _time;
    private readonly PublishLine _plain;
    private readonly PublishLine _ordered;
    private readonly WheelEntry _sweep;
    private long _forgotten; // above the sequence numbers of all channels that were forgotten

    public PublishedChannels(RedisKeys keys, BroadcastOptions broadcasting, IBatchSender sender, TimerWheel wheel, TimeProvider time)
    {
        _keys = keys;
        _broadcasting = broadcasting;
        _sender = sender;
        _time = time;
        _plain = new PublishLine(sender, isOrdered: false);
        _ordered = new PublishLine(sender, isOrdered: true);
        _sweep = wheel.Schedule(IdleLimit, Sweep);
    }

    /// <summary>Publishes a message in order with those before it on its channel.</summary>
    /// <param name="message">The message.</param>
    /// <param name="idempotencyKey">What makes repeating it safe, or null.</param>
    /// <param name="since">Since when its publisher waits; a timestamp.</param>
    /// <param name="isWhole">Whether the message is all of its broadcast.</param>
    public Task<BroadcastReceipt> PublishAsync(BroadcastMessage message, string? idempotencyKey, long since, bool isWhole)
    {
        while (true)
        {
            var channel = _channels.GetOrAdd(message.Channel.WireName, static (_, made) => made.Self.NewChannel(made.Channel), (Self: this, message.Channel));
            if (channel.TryEnter(since))
            {
                var publish = new PendingPublish(channel, message, idempotencyKey, since) { IsWhole = isWhole };
                channel.Line.Add(publish);
                return publish.Task;
            }

            Remove(channel);
        }
    }

    public void Dispose() => _sweep.Cancel();

    private PublishedChannel NewChannel(Channel channel)
    {
        var settings = _broadcasting.Channels.Of(channel);
        var line = settings.KeepsHistory || channel.IsPresence ? OrderedLine() : _plain;
        return new PublishedChannel(channel, _keys.Of(channel), settings, line, Interlocked.Read(ref _forgotten));
    }

    /// <summary>In a cluster, where they cannot share calls, ordered channels do not wait for each other.</summary>
    private PublishLine OrderedLine() => _sender.IsCluster ? new PublishLine(_sender, isOrdered: true) : _ordered;

    private void Sweep()
    {
        var limit = _time.GetTimestamp() - (long)(IdleLimit.TotalSeconds * _time.TimestampFrequency);
        foreach (var (_, channel) in _channels)
        {
            // Those made before it was known that it is a cluster are in the wrong line: they are made anew.
            var isMisplaced = ReferenceEquals(channel.Line, _ordered) && _sender.IsCluster;
            if (channel.TryRetire(isMisplaced ? long.MaxValue : limit))
            {
                Remove(channel);
            }
        }

        _sweep.Reschedule(IdleLimit);
    }

    private void Remove(PublishedChannel channel)
    {
        // First its numbers: whoever makes the channel anew must start above them, so that a channel's rise for ever.
        var known = Interlocked.Read(ref _forgotten);
        while (known < channel.NextSequence)
        {
            known = Interlocked.CompareExchange(ref _forgotten, channel.NextSequence, known) is var seen && seen == known ? channel.NextSequence : seen;
        }

        _channels.TryRemove(new KeyValuePair<string, PublishedChannel>(channel.Channel.WireName, channel));
    }
}
