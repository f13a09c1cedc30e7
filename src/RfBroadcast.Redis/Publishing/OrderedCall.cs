using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>A call of <c>publish.lua</c>: runs of ordered messages, each of another channel. One that fails fails alone.</summary>
internal sealed class OrderedCall(
    RedisSession session,
    PublishLine line,
    PendingPublish runs,
    RedisKey[] keys,
    RedisValue[] values,
    OrderedSender sender) : ScriptCall(session, RedisScripts.Publish, keys, values)
{
    protected override void Succeeded(RedisResult result)
    {
        var parts = (RedisResult[])result!; // the script gives two lists
        var (replies, failures) = ((RedisResult[])parts[0]!, (RedisResult[])parts[1]!);
        var (number, next) = (0, 0);
        for (var run = runs; run is not null; run = run.NextRun)
        {
            var reply = replies[number++];
            if (next < failures.Length && (int)failures[next] == number)
            {
                run.FailAll(RedisFaults.Refused((string)failures[next + 1]!)); // the error's text
                next += 2;
                continue;
            }

            try
            {
                Accept(run, reply);
            }
            catch (Exception fault)
            {
                run.FailAll(fault); // the reply cannot be read
            }
        }

        line.Done();
    }

    protected override void Failed(Exception fault)
    {
        if (runs.NextRun is not null && !RedisFaults.Translate(fault, isWrite: true).MayHaveBeenSent)
        {
            sender.SendEach(Session, line, runs); // refused as a whole, perhaps because of one channel
            return;
        }

        runs.FailRuns(fault);
        line.Done();
    }

    private void Accept(PendingPublish run, RedisResult reply)
    {
        var list = run.HasKeys() ? (RedisResult[])reply! : null; // the script gives a list then
        var tops = ChannelTops.Read(list is null ? reply : list[0]);
        var channel = run.Target;
        channel.ComparedIn = Session.Number;
        sender.Observe(channel, tops);
        var earlier = list is null ? null : EarlierReceipt.Read(channel.Channel, list);
        var offset = tops.Offset - CountKept(run, earlier);
        var subscribers = sender.Acceptance.CountSubscribers(channel);
        var now = sender.Acceptance.Now;
        var number = 0;
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            number++;
            if (earlier?.GetValueOrDefault(number) is { } known)
            {
                sender.Acceptance.Accept(publish, new BroadcastReceipt([known]), now);
            }
            else if (publish.Kind == ItemKind.Kept)
            {
                var position = new ChannelPosition(tops.Epoch, ++offset);
                sender.Acceptance.Accept(publish, new BroadcastReceipt([new ChannelReceipt(channel.Channel, position, subscribers)]), now);
            }
            else
            {
                sender.Acceptance.Accept(publish, channel.ReceiptWith(subscribers), now);
            }
        }
    }

    private static int CountKept(PendingPublish run, Dictionary<int, ChannelReceipt>? earlier)
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
