using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>A batch of ordered messages under way.</summary>
internal sealed class OrderedCall(
    RedisSession session,
    PublishQueue queue,
    PendingPublish batch,
    OrderedArguments arguments,
    ChannelFeed? feed,
    int subscribers,
    bool isByText = false) : RedisCall<RedisResult>
{
    public void Issue() => session.Run(RedisScripts.Publish, arguments.Keys, arguments.Values, this, isByText);

    protected override void Succeeded(RedisResult result)
    {
        try
        {
            queue.ComparedIn = session.Number;
            Accept(result);
        }
        catch (Exception fault)
        {
            batch.FailAll(fault);
        }

        queue.Done();
    }

    protected override void Failed(Exception fault)
    {
        if (RedisFaults.IsNoScript(fault) && !isByText)
        {
            new OrderedCall(session, queue, batch, arguments, feed, subscribers, isByText: true).Issue();
            return;
        }

        batch.FailAll(fault);
        queue.Done();
    }

    private void Accept(RedisResult result)
    {
        var list = arguments.HasKeys ? (RedisResult[])result! : null; // the script gives a list then
        var tops = ChannelTops.Read(list is null ? result : list[0]);
        feed?.Observe(tops.Epoch, tops.Order);
        var earlier = list is null ? null : EarlierReceipt.Read(queue.Channel, list);
        var offset = tops.Offset - CountKept(earlier);
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

    private int CountKept(Dictionary<int, ChannelReceipt>? earlier)
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
}
