using System.Collections.Concurrent;

namespace RfBroadcast.Redis;

/// <summary>The queues of the channels this process publishes on. One that was not used for a while is forgotten. Thread-safe.</summary>
internal sealed class PublishQueues : IDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, PublishQueue> _queues = new(StringComparer.Ordinal);
    private readonly RedisKeys _keys;
    private readonly BroadcastOptions _broadcasting;
    private readonly IBatchSender _sender;
    private readonly TimeProvider _time;
    private readonly WheelEntry _sweep;
    private long _forgotten; // above the sequence numbers of all queues that were forgotten

    public PublishQueues(RedisKeys keys, BroadcastOptions broadcasting, IBatchSender sender, TimerWheel wheel, TimeProvider time)
    {
        _keys = keys;
        _broadcasting = broadcasting;
        _sender = sender;
        _time = time;
        _sweep = wheel.Schedule(IdleLimit, Sweep);
    }

    /// <summary>Publishes a message in order with those before it on its channel.</summary>
    /// <param name="message">The message.</param>
    /// <param name="idempotencyKey">Its key, or null.</param>
    /// <param name="waited">How long its publisher has waited for Redis before, which counts as if it had waited here.</param>
    public Task<ChannelReceipt> PublishAsync(BroadcastMessage message, string? idempotencyKey, TimeSpan waited)
    {
        while (true)
        {
            var queue = _queues.GetOrAdd(message.Channel.WireName, static (_, made) => made.Self.NewQueue(made.Channel), (Self: this, message.Channel));
            var kind = queue.Settings.KeepsHistory && !message.IsClientEvent ? ItemKind.Kept : ItemKind.Passing;
            var now = _time.GetTimestamp();
            var publish = new PendingPublish(message, kind, idempotencyKey, now - (long)(waited.TotalSeconds * _time.TimestampFrequency));
            if (queue.TryPublish(publish, now))
            {
                return publish.Task;
            }

            Remove(queue);
        }
    }

    public void Dispose() => _sweep.Cancel();

    private PublishQueue NewQueue(Channel channel) =>
        new(channel, _keys.Of(channel), _broadcasting.Channels.Of(channel), _sender, Interlocked.Read(ref _forgotten));

    private void Sweep()
    {
        var limit = _time.GetTimestamp() - (long)(IdleLimit.TotalSeconds * _time.TimestampFrequency);
        foreach (var (_, queue) in _queues)
        {
            if (queue.TryRetire(limit))
            {
                Remove(queue);
            }
        }

        _sweep.Reschedule(IdleLimit);
    }

    private void Remove(PublishQueue queue)
    {
        // First its numbers: whoever makes the queue anew must start above them, so that a channel's rise for ever.
        var known = Interlocked.Read(ref _forgotten);
        while (known < queue.NextSequence)
        {
            known = Interlocked.CompareExchange(ref _forgotten, queue.NextSequence, known) is var seen && seen == known ? queue.NextSequence : seen;
        }

        _queues.TryRemove(new KeyValuePair<string, PublishQueue>(queue.Channel.WireName, queue));
    }
}
