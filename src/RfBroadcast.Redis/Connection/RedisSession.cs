using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// A connection to Redis that works, until it does not: then there is a new one, with a higher number. What was subscribed or
/// compared in an earlier one is so no longer. Thread-safe.
/// </summary>
internal sealed class RedisSession(
    long number,
    IConnectionMultiplexer multiplexer,
    int database,
    TimerWheel wheel,
    TimeSpan commandTimeout)
{
    private readonly IDatabase _database = multiplexer.GetDatabase(database);
    private readonly ISubscriber _subscriber = multiplexer.GetSubscriber();

    /// <summary>1, 2, 3, …</summary>
    public long Number => number;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    /// <summary>Publishes; commands leave in the order of the calls.</summary>
    /// <exception cref="BroadcasterUnavailableException">It failed, or its outcome is unknown.</exception>
    public Task<long> PublishAsync(RedisChannel topic, RedisValue payload) =>
        WatchAsync(static x => x.Session._subscriber.PublishAsync(x.Topic, x.Payload), (Session: this, Topic: topic, Payload: payload), isWrite: true);

    /// <summary>Runs a script on the master that has its keys.</summary>
    /// <exception cref="BroadcasterUnavailableException">It failed, or its outcome is unknown.</exception>
    public async Task<RedisResult> RunAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, bool isWrite = false)
    {
        try
        {
            return await WatchAsync(
                static x => x.Session._database.ScriptEvaluateAsync(x.Script.Hash, x.Keys, x.Values),
                (Session: this, Script: script, Keys: keys, Values: values),
                isWrite).ConfigureAwait(false);
        }
        catch (RedisServerException fault) when (RedisFaults.IsNoScript(fault))
        {
            // A server that was restarted or took over: send the text, by which it knows the script from then on.
            return await WatchAsync(
                static x => x.Session._database.ScriptEvaluateAsync(x.Script.Text, x.Keys, x.Values, CommandFlags.NoScriptCache),
                (Session: this, Script: script, Keys: keys, Values: values),
                isWrite).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a command by its name.</summary>
    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => WatchAsync(
        static x => x.Session._database.ExecuteAsync(x.Command, x.Arguments),
        (Session: this, Command: command, Arguments: arguments),
        isWrite: false);

    /// <summary>Subscribes a handler, which must not block; completes when Redis has confirmed it.</summary>
    public Task SubscribeAsync(RedisChannel topic, Action<RedisChannel, RedisValue> handler) => WatchAsync(
        static async x =>
        {
            await x.Session._subscriber.SubscribeAsync(x.Topic, x.Handler).ConfigureAwait(false);
            return true;
        },
        (Session: this, Topic: topic, Handler: handler),
        isWrite: false);

    /// <summary>Takes a handler off.</summary>
    public Task UnsubscribeAsync(RedisChannel topic, Action<RedisChannel, RedisValue> handler) => WatchAsync(
        static async x =>
        {
            await x.Session._subscriber.UnsubscribeAsync(x.Topic, x.Handler).ConfigureAwait(false);
            return true;
        },
        (Session: this, Topic: topic, Handler: handler),
        isWrite: false);

    private Task<T> WatchAsync<TState, T>(Func<TState, Task<T>> command, TState state, bool isWrite)
    {
        try
        {
            return RedisCall<T>.WatchAsync(command(state), wheel, commandTimeout, isWrite);
        }
        catch (Exception fault)
        {
            // Nothing has been sent when the client does not even take the command.
            return Task.FromException<T>(RedisFaults.Translate(fault, isWrite: false));
        }
    }
}
