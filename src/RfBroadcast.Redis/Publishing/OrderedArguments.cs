using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>The keys and values of a call of <c>publish.lua</c>, put together run by run.</summary>
internal struct OrderedArguments
{
    // Of the whole call: time, window. Of each run: topic, head, size of the history; with idempotency keys numbers, what to remember.
    private const int CallValues = 2;
    private const int RunValues = 3;
    private const int RunKeyValues = 2;
    private const int RunKeys = 2;

    private int _key;
    private int _value;

    public OrderedArguments(PendingPublish runs, long now, TimeSpan idempotencyWindow)
    {
        var keys = 0;
        var values = CallValues;
        for (var run = runs; run is not null; run = run.NextRun)
        {
            var (count, withKeys) = run.Count();
            keys += RunKeys + withKeys;
            values += RunValues + count + (withKeys > 0 ? RunKeyValues : 0);
        }

        Now = now;
        Keys = new RedisKey[keys];
        Values = new RedisValue[values];
        Values[_value++] = now;
        Values[_value++] = Math.Max(1, (long)idempotencyWindow.TotalMilliseconds);
    }

    public long Now { get; }

    public RedisKey[] Keys { get; }

    public RedisValue[] Values { get; }

    /// <summary>Adds a run.</summary>
    public void Add(PendingPublish run, byte[] head, int subscribers)
    {
        var channel = run.Target;
        Keys[_key++] = channel.Keys.Meta;
        Keys[_key++] = channel.Keys.History;
        Values[_value++] = channel.Keys.TopicName;
        Values[_value++] = head;
        Values[_value++] = channel.Settings.HistorySize;
        if (run.HasKeys())
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
