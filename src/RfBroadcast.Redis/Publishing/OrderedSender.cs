using System.Buffers.Binary;
using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Publishes on channels with history or presence: one call of the script that gives out orders, for a whole batch.</summary>
internal sealed class OrderedSender(ulong publisher, FeedDirectory feeds, LocalHub hub, RedisClock clock, BroadcastOptions broadcasting, RedisBroadcastOptions options)
{
    // In publish.lua: topic, head, time, size; and with keys three more, of which the last has a byte for each.
    private const int FixedValues = 4;
    private const int KeyValues = 3;
    private const int FixedKeys = 2;

    private readonly byte[] _prefix = Envelope.OrderedPrefix(publisher);

    public void Send(RedisSession session, PublishQueue queue, PendingPublish batch)
    {
        var subscribers = hub.CountSubscribers(queue.Channel);
        var feed = feeds.Find(queue.Channel);
        new OrderedCall(session, queue, batch, Arguments(session, queue, batch, feed, subscribers), feed, subscribers).Issue();
    }

    private OrderedArguments Arguments(RedisSession session, PublishQueue queue, PendingPublish batch, ChannelFeed? feed, int subscribers)
    {
        var (count, once) = Count(batch);
        var first = FixedValues + (once > 0 ? KeyValues : 0);
        var keys = new RedisKey[FixedKeys + once];
        var values = new RedisValue[first + count];
        var now = clock.Now;
        keys[0] = queue.Keys.Meta;
        keys[1] = queue.Keys.History;
        values[0] = queue.Keys.TopicName;
        values[1] = Head(session, queue, feed, now);
        values[2] = now;
        values[3] = queue.Settings.HistorySize;
        var numbers = once > 0 ? new byte[once] : [];
        var number = 0;
        var key = 0;
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            values[first + number++] = MessageItem.Write(publish.Message, publish.Kind);
            if (publish.IdempotencyKey is { } idempotencyKey)
            {
                numbers[key] = (byte)number;
                keys[FixedKeys + key++] = queue.Keys.OnceOf(idempotencyKey);
            }
        }

        if (once > 0)
        {
            values[4] = Math.Max(1, (long)broadcasting.IdempotencyWindow.TotalMilliseconds);
            values[5] = subscribers.ToString(CultureInfo.InvariantCulture);
            values[6] = numbers;
        }

        return new OrderedArguments(keys, values, once > 0);
    }

    private byte[] Head(RedisSession session, PublishQueue queue, ChannelFeed? feed, long now)
    {
        var head = new byte[Envelope.PrefixLength + ScriptHead.Length + 8 + 8 + 1];
        _prefix.CopyTo(head, 0);
        var rest = head.AsSpan(_prefix.Length);
        ScriptHead.WriteSeen(ref rest, feed?.Place ?? default);
        BinaryPrimitives.WriteInt64BigEndian(rest, now);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], (long)(options.KeyLifetime + queue.Settings.HistoryAge).TotalMilliseconds);

        // A little longer than the messages are kept, because it is renewed only now and then.
        BinaryPrimitives.WriteInt64BigEndian(rest[16..], (long)queue.Settings.HistoryAge.TotalMilliseconds + 2000);

        // A connection that was lost may have been lost with its server, and this one may lack what that one gave out last.
        rest[24] = queue.ComparedIn == session.Number ? (byte)0 : ScriptHead.ServerIsNew;
        return head;
    }

    private static (int Count, int Once) Count(PendingPublish batch)
    {
        var count = 0;
        var once = 0;
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            count++;
            once += publish.IdempotencyKey is null ? 0 : 1;
        }

        return (count, once);
    }
}
