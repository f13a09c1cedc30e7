using System.Buffers.Binary;
using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Publishes on channels with history or presence: one call of the script that gives out orders, for a whole batch.</summary>
internal sealed class OrderedSender(
    ulong publisher,
    FeedDirectory feeds,
    Acceptance acceptance,
    RedisClock clock,
    BroadcastOptions broadcasting,
    RedisBroadcastOptions options)
{
    // In publish.lua: topic, head, time, size; and with keys three more, of which the last has a byte for each.
    private const int FixedValues = 4;
    private const int KeyValues = 3;
    private const int FixedKeys = 2;

    private readonly byte[] _prefix = Envelope.OrderedPrefix(publisher);

    public void Send(RedisSession session, PublishLine line, PendingPublish run)
    {
        var channel = run.Target;
        var subscribers = acceptance.CountSubscribers(channel);
        var feed = feeds.Find(channel.Channel);
        new OrderedCall(session, line, run, Arguments(session, run, feed, subscribers), feed, subscribers, acceptance).Issue();
    }

    private OrderedArguments Arguments(RedisSession session, PendingPublish run, ChannelFeed? feed, int subscribers)
    {
        var channel = run.Target;
        var (count, once) = Count(run);
        var first = FixedValues + (once > 0 ? KeyValues : 0);
        var keys = new RedisKey[FixedKeys + once];
        var values = new RedisValue[first + count];
        var now = clock.Now;
        keys[0] = channel.Keys.Meta;
        keys[1] = channel.Keys.History;
        values[0] = channel.Keys.TopicName;
        values[1] = Head(session, channel, feed, now);
        values[2] = now;
        values[3] = channel.Settings.HistorySize;
        var numbers = once > 0 ? new byte[once] : [];
        var number = 0;
        var key = 0;
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            values[first + number++] = MessageItem.Write(publish.Message, publish.Kind);
            if (publish.IdempotencyKey is { } idempotencyKey)
            {
                numbers[key] = (byte)number;
                keys[FixedKeys + key++] = channel.Keys.OnceOf(idempotencyKey);
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

    private byte[] Head(RedisSession session, PublishedChannel channel, ChannelFeed? feed, long now)
    {
        var head = new byte[Envelope.PrefixLength + ScriptHead.Length + 8 + 8 + 1];
        _prefix.CopyTo(head, 0);
        var rest = head.AsSpan(_prefix.Length);
        ScriptHead.WriteSeen(ref rest, feed?.Place ?? default);
        BinaryPrimitives.WriteInt64BigEndian(rest, now);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], (long)(options.KeyLifetime + channel.Settings.HistoryAge).TotalMilliseconds);

        // A little longer than the messages are kept, because it is renewed only now and then.
        BinaryPrimitives.WriteInt64BigEndian(rest[16..], (long)channel.Settings.HistoryAge.TotalMilliseconds + 2000);

        // A connection that was lost may have been lost with its server, and this one may lack what that one gave out last.
        rest[24] = channel.ComparedIn == session.Number ? (byte)0 : ScriptHead.ServerIsNew;
        return head;
    }

    private static (int Count, int Once) Count(PendingPublish run)
    {
        var count = 0;
        var once = 0;
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            count++;
            once += publish.IdempotencyKey is null ? 0 : 1;
        }

        return (count, once);
    }
}
