using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Publishes on channels with history or presence: one call of the script that gives out orders, for a whole batch.</summary>
internal sealed class OrderedSender(ulong publisher, FeedDirectory feeds, LocalHub hub, BroadcastOptions broadcasting, RedisBroadcastOptions options)
{
    private const int FixedArguments = 11;

    private readonly RedisValue _prefix = Envelope.OrderedPrefix(publisher);

    public async Task SendAsync(RedisSession session, PublishQueue queue, PendingPublish batch)
    {
        var subscribers = hub.CountSubscribers(queue.Channel);
        var (keys, values) = Arguments(queue, batch, subscribers);
        var reply = (RedisResult[])(await session.RunAsync(RedisScripts.Publish, keys, values, isWrite: true).ConfigureAwait(false))!; // an array
        var tops = ChannelTops.Read(reply);
        feeds.Find(queue.Channel)?.Observe(tops.Epoch, tops.Order);
        var earlier = EarlierReceipt.Read(queue.Channel, reply);
        var offset = tops.Offset - CountKept(batch, earlier);
        var number = 0;
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            number++;
            var receipt = earlier?.GetValueOrDefault(number);
            if (receipt is null)
            {
                ChannelPosition? position = publish.Kind == ItemKind.Kept ? new ChannelPosition(tops.Epoch, ++offset) : null;
                receipt = new ChannelReceipt(queue.Channel, position, subscribers);
            }

            publish.TrySetResult(receipt);
        }
    }

    private (RedisKey[] Keys, RedisValue[] Values) Arguments(PublishQueue queue, PendingPublish batch, int subscribers)
    {
        var (count, once) = Count(batch);
        var keys = new RedisKey[2 + once];
        var values = new RedisValue[FixedArguments + count + once];
        keys[0] = queue.Keys.Meta;
        keys[1] = queue.Keys.History;
        values[0] = queue.Keys.TopicName;
        values[1] = _prefix;
        values[2] = Epochs.Next();
        (values[3], values[4]) = feeds.Seen(queue.Channel);
        values[5] = Milliseconds(options.KeyLifetime + queue.Settings.HistoryAge);
        values[6] = queue.Settings.HistorySize;
        values[7] = Milliseconds(queue.Settings.HistoryAge);
        values[8] = Milliseconds(broadcasting.IdempotencyWindow);
        values[9] = subscribers;
        values[10] = count;
        var number = 0;
        var key = 0;
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            values[FixedArguments + number++] = MessageItem.Write(publish.Message, publish.Kind);
            if (publish.IdempotencyKey is { } idempotencyKey)
            {
                keys[2 + key] = queue.Keys.OnceOf(idempotencyKey);
                values[FixedArguments + count + key++] = number;
            }
        }

        return (keys, values);
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

    private static int CountKept(PendingPublish batch, Dictionary<int, ChannelReceipt>? earlier)
    {
        var kept = 0;
        var number = 0;
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            number++;
            kept += publish.Kind == ItemKind.Kept && earlier?.ContainsKey(number) != true ? 1 : 0;
        }

        return kept;
    }

    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds);
}
