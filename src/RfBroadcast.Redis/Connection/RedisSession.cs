using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// A connection to Redis that works, until it does not: then there is a new one, with a higher number. What was subscribed or
/// compared in an earlier one is so no longer. Thread-safe.
/// </summary>
internal sealed class RedisSession : IDisposable
{
    private readonly IDatabase _database;
    private readonly ISubscriber _subscriber;
    private readonly RedisCallList _calls;
    private long _pushes;

    public RedisSession(long number, IConnectionMultiplexer multiplexer, int database, TimerWheel wheel, TimeSpan commandTimeout, TimeProvider time)
    {
        Number = number;
        Multiplexer = multiplexer;
        IsCluster = Array.Exists(multiplexer.GetEndPoints(), endPoint => multiplexer.GetServer(endPoint).ServerType == ServerType.Cluster);
        _database = multiplexer.GetDatabase(database);
        _subscriber = multiplexer.GetSubscriber();
        _calls = new RedisCallList(wheel, commandTimeout, time);
    }

    /// <summary>1, 2, 3, …</summary>
    public long Number { get; }

    public IConnectionMultiplexer Multiplexer { get; }

    /// <summary>Whether it is a cluster, as far as the client has found out.</summary>
    public bool IsCluster { get; }

    /// <summary>Changes with everything that is pushed in it: then it is not dead, however long an answer takes.</summary>
    public long Pushes => Volatile.Read(ref _pushes);

    /// <summary>Says that something was pushed. What is counted twice at the same time counts once.</summary>
    public void Pushed() => Volatile.Write(ref _pushes, _pushes + 1);

    /// <summary>Publishes; commands leave in the order of the calls.</summary>
    public void Publish(RedisChannel topic, RedisValue payload, RedisCall<long> call)
    {
        Task<long> command;
        try
        {
            command = _subscriber.PublishAsync(topic, payload);
        }
        catch (Exception fault)
        {
            call.GiveUp(NotTaken(fault));
            return;
        }

        call.Begin(command, _calls);
    }

    /// <summary>Runs a script on the master that has its keys. Who is told that it is not known runs it again by its text.</summary>
    public void Run(RedisScript script, RedisKey[] keys, RedisValue[] values, RedisCall<RedisResult> call, bool byText = false)
    {
        Task<RedisResult> command;
        try
        {
            command = byText
                ? _database.ScriptEvaluateAsync(script.Text, keys, values, CommandFlags.NoScriptCache)
                : _database.ScriptEvaluateAsync(script.Hash, keys, values);
        }
        catch (Exception fault)
        {
            call.GiveUp(NotTaken(fault));
            return;
        }

        call.Begin(command, _calls);
    }

    /// <summary>Publishes.</summary>
    /// <exception cref="BroadcasterUnavailableException">It failed, or its outcome is unknown.</exception>
    public Task<long> PublishAsync(RedisChannel topic, RedisValue payload)
    {
        var call = new AwaitedCall<long>(isWrite: true);
        Publish(topic, payload, call);
        return call.Task;
    }

    /// <summary>Runs a script on the master that has its keys.</summary>
    /// <exception cref="BroadcasterUnavailableException">It failed, or its outcome is unknown.</exception>
    public async Task<RedisResult> RunAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, bool isWrite = false)
    {
        try
        {
            var call = new AwaitedCall<RedisResult>(isWrite);
            Run(script, keys, values, call);
            return await call.Task.ConfigureAwait(false);
        }
        catch (RedisServerException fault) when (RedisFaults.IsNoScript(fault))
        {
            // A server that was restarted or took over: by its text it knows the script from then on.
            var call = new AwaitedCall<RedisResult>(isWrite);
            Run(script, keys, values, call, byText: true);
            return await call.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Runs a command by its name.</summary>
    /// <exception cref="BroadcasterUnavailableException">It failed.</exception>
    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) =>
        AwaitAsync(static x => x.Session._database.ExecuteAsync(x.Command, x.Arguments), (Session: this, Command: command, Arguments: arguments));

    /// <summary>Subscribes a handler, which must not block; completes when Redis has confirmed it.</summary>
    /// <exception cref="BroadcasterUnavailableException">It failed.</exception>
    public Task SubscribeAsync(RedisChannel topic, Action<RedisChannel, RedisValue> handler) => AwaitAsync(
        static async x =>
        {
            await x.Session._subscriber.SubscribeAsync(x.Topic, x.Handler).ConfigureAwait(false);
            return true;
        },
        (Session: this, Topic: topic, Handler: handler));

    /// <summary>Takes a handler off.</summary>
    /// <exception cref="BroadcasterUnavailableException">It failed.</exception>
    public Task UnsubscribeAsync(RedisChannel topic, Action<RedisChannel, RedisValue> handler) => AwaitAsync(
        static async x =>
        {
            await x.Session._subscriber.UnsubscribeAsync(x.Topic, x.Handler).ConfigureAwait(false);
            return true;
        },
        (Session: this, Topic: topic, Handler: handler));

    /// <summary>Ends the session: what is under way gets no answer any more.</summary>
    public void End(Exception fault) => _calls.End(fault);

    /// <inheritdoc/>
    public void Dispose() => End(new ObjectDisposedException(nameof(RedisSession)));

    private Task<T> AwaitAsync<TState, T>(Func<TState, Task<T>> issue, TState state)
    {
        var call = new AwaitedCall<T>(isWrite: false);
        Task<T> command;
        try
        {
            command = issue(state);
        }
        catch (Exception fault)
        {
            call.GiveUp(NotTaken(fault));
            return call.Task;
        }

        call.Begin(command, _calls);
        return call.Task;
    }

    // Nothing has been sent when the client does not even take the command.
    private static BroadcasterUnavailableException NotTaken(Exception fault) => RedisFaults.Translate(fault, isWrite: false);
}
