using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>A call of <c>publish.lua</c>: a run of ordered messages.</summary>
internal sealed class OrderedCall(
    RedisSession session,
    PublishLine line,
    PendingPublish run,
    OrderedArguments arguments,
    ChannelFeed? feed,
    int subscribers,
    Acceptance acceptance) : ScriptCall(session, RedisScripts.Publish, arguments.Keys, arguments.Values)
{
    protected override void Succeeded(RedisResult result)
    {
        try
        {
            run.Target.ComparedIn = Session.Number;
            Accept(result);
        }
        catch (Exception fault)
        {
            run.FailAll(fault);
        }

        line.Done();
    }

    protected override void Failed(Exception fault)
    {
        run.FailAll(fault);
        line.Done();
    }

    private void Accept(RedisResult result)
    {
        var list = arguments.HasKeys ? (RedisResult[])result! : null; // the script gives a list then
        var tops = ChannelTops.Read(list is null ? result : list[0]);
        feed?.Observe(tops.Epoch, tops.Order);
        var channel = run.Target;
        var earlier = list is null ? null : EarlierReceipt.Read(channel.Channel, list);
        var offset = tops.Offset - CountKept(earlier);
        var number = 0;
        var now = acceptance.Now;
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            number++;
            if (earlier?.GetValueOrDefault(number) is { } known)
            {
                acceptance.Accept(publish, new BroadcastReceipt([known]), now);
            }
            else if (publish.Kind == ItemKind.Kept)
            {
                var position = new ChannelPosition(tops.Epoch, ++offset);
                acceptance.Accept(publish, new BroadcastReceipt([new ChannelReceipt(channel.Channel, position, subscribers)]), now);
            }
            else
            {
                acceptance.Accept(publish, channel.ReceiptWith(subscribers), now);
            }
        }
    }

    private int CountKept(Dictionary<int, ChannelReceipt>? earlier)
    {
        var kept = 0;
        var number = 0;
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            number++;
            kept += publish.Kind == ItemKind.Kept && earlier?.ContainsKey(number) != true ? 1 : 0;
        }

        return kept;
    }
}
