using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>The keys and values of a call of <c>publish.lua</c>, put together run by run.</summary>
internal struct OrderedArguments
{
    // Of the whole call: time, window, prefix with a new epoch, heads. Of each run: topic; with idempotency keys numbers, what to remember.
    private const int CallValues = 4;
    private const int RunValues = 1;
    private const int RunKeyValues = 2;
    private const int RunKeys = 2;

    private readonly byte[] _heads;
    private int _key;
    private int _value;
    private int _head;

    public OrderedArguments(PendingPublish runs, ReadOnlySpan<byte> prefix, long now, TimeSpan idempotencyWindow)
    {
        var heads = 0;
        var keys = 0;
        var values = CallValues;
        for (var run = runs; run is not null; run = run.NextRun)
        {
            var (count, withKeys) = run.Count();
            heads += RunHead.Length;
            keys += RunKeys + withKeys;
            values += RunValues + count + (withKeys > 0 ? RunKeyValues : 0);
        }

        Keys = new RedisKey[keys];
        Values = new RedisValue[values];
        Values[_value++] = now;
        Values[_value++] = Math.Max(1, (long)idempotencyWindow.TotalMilliseconds);
        var prefixAndEpoch = new byte[prefix.Length + ChannelTops.EpochLength];
        prefix.CopyTo(prefixAndEpoch);
        Epochs.Write(prefixAndEpoch.AsSpan(prefix.Length));
        Values[_value++] = prefixAndEpoch;
        Values[_value++] = _heads = new byte[heads];
    }

    public RedisKey[] Keys { get; }

    public RedisValue[] Values { get; }

    /// <summary>Adds a run.</summary>
    public void Add(PendingPublish run, in RunHead head, int subscribers)
    {
        var channel = run.Target;
        head.Write(_heads.AsSpan(_head, RunHead.Length));
        _head += RunHead.Length;
        Keys[_key++] = channel.Keys.Meta;
        Keys[_key++] = channel.Keys.History;
        Values[_value++] = channel.Keys.TopicName;
        if (head.KeyCount > 0)
        {
            Values[_value++] = AddKeys(run);
            Values[_value++] = subscribers.ToString(CultureInfo.InvariantCulture);
        }

        for (var publish = run; publish is not null; publish = publish.Next)
        {
            Values[_value++] = MessageItem.Write(publish.Message, publish.Kind);
        }
    }

    private byte[] AddKeys(PendingPublish run)
    {
        var numbers = new List<byte>();
        byte number = 0;
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            number++;
            if (publish.IdempotencyKey is { } key)
            {
                numbers.Add(number);
                Keys[_key++] = run.Target.Keys.OnceOf(key);
            }
        }

        return [.. numbers];
    }
}
