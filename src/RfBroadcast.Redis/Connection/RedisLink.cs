using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// Keeps a working connection to Redis: connects, prepares, watches it, and starts over when it fails, for ever, with back-off.
/// The connection is watched by what its users do with it (<see cref="IRedisSessionUser.CheckAsync"/>), so that one that is
/// silently dead is found, too.
/// </summary>
/// <remarks>Thread-safe. Starts with the first use, or with the host.</remarks>
internal sealed class RedisLink(
    RedisConnector connector,
    IRedisSessionUser user,
    RedisBroadcastOptions options,
    TimerWheel wheel,
    TimeProvider time,
    ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan LongestCheckInterval = TimeSpan.FromSeconds(1);

    // How often a working session is checked.
    private readonly TimeSpan _checkInterval = options.Heartbeat < LongestCheckInterval ? options.Heartbeat : LongestCheckInterval;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Backoff _backoff = new();
    private Task? _running;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _suspected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RedisSession? _session;
    private volatile BroadcasterUnavailableException? _fault;
    private IConnectionMultiplexer? _multiplexer;
    private long _number;

    /// <summary>The session that works; null while there is none.</summary>
    public RedisSession? Session => _session;

    /// <summary>Why there is none; null before the first attempt has ended.</summary>
    public BroadcasterUnavailableException? Fault => _fault;

    /// <summary>How many sessions there were.</summary>
    public long SessionCount => Interlocked.Read(ref _number);

    /// <summary>Begins to connect, if it has not begun.</summary>
    public void Start()
    {
        if (Volatile.Read(ref _running) is not null)
        {
            return; // every publish asks
        }

        lock (_gate)
        {
            if (_running is null && !_stopping.IsCancellationRequested)
            {
                _running = Task.Run(RunAsync, CancellationToken.None);
            }
        }
    }

    /// <summary>The working session, waited for up to a bound.</summary>
    /// <param name="wait">How long; the first attempt to connect after the start is waited for anyway.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="BroadcasterUnavailableException">There is none.</exception>
    public ValueTask<RedisSession> GetAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        _session is { } session ? ValueTask.FromResult(session) : new ValueTask<RedisSession>(WaitAsync(wait, cancellationToken));

    /// <summary>Says that a session seems to have failed; it is looked at at once.</summary>
    public void Suspect(RedisSession session)
    {
        if (ReferenceEquals(_session, session))
        {
            Volatile.Read(ref _suspected).TrySetResult();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_gate)
        {
            running = _running;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (running is not null)
        {
            await running.ConfigureAwait(false);
        }

        await ReleaseAsync().ConfigureAwait(false);
        await connector.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task<RedisSession> WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        Start();
        var started = time.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            if (_session is { } session)
            {
                return session;
            }

            var limit = _fault is null ? options.ConnectTimeout + options.CommandTimeout : wait;
            var left = limit - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || _stopping.IsCancellationRequested)
            {
                throw Unavailable();
            }

            try
            {
                await changed.WaitAsync(left, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw Unavailable();
            }
        }
    }

    // A new exception each time: one that is thrown twice has the wrong stack.
    private BroadcasterUnavailableException Unavailable() => _fault is { } fault
        ? new BroadcasterUnavailableException(fault.Message, mayHaveBeenSent: false, fault)
        : new BroadcasterUnavailableException($"Redis at {connector.Describe()} could not be reached yet.", mayHaveBeenSent: false);

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await DelayAsync(_backoff.Next()).ConfigureAwait(false);
                await ServeAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The end.
            }
            catch (Exception fault)
            {
                await FailedAsync(connector.ExplainLoss(fault)).ConfigureAwait(false);
            }
        }

        _session = null;
        Changed();
    }

    /// <summary>Waits before the next attempt; not when there is a new master to connect to.</summary>
    private async Task DelayAsync(TimeSpan delay)
    {
        if (delay > TimeSpan.Zero)
        {
            await Task.WhenAny(Task.Delay(delay, time, _stopping.Token), connector.Moved).ConfigureAwait(false);
        }

        _stopping.Token.ThrowIfCancellationRequested();
    }

    /// <summary>One session, from connecting until it fails.</summary>
    private async Task ServeAsync()
    {
        var connecting = connector.ConnectAsync(_stopping.Token);
        try
        {
            // A server that takes connections and stays silent must not hold us.
            _multiplexer = await connecting.WaitAsync(connector.Limit, time, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            _ = DiscardAsync(connecting);
            _stopping.Token.ThrowIfCancellationRequested();
            throw connector.Explain(fault);
        }

        var suspected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _suspected, suspected);
        EventHandler<ConnectionFailedEventArgs> failed = (_, args) => Failed(args, suspected);
        _multiplexer.ConnectionFailed += failed;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            using var session = new RedisSession(Interlocked.Increment(ref _number), _multiplexer, connector.Database, wheel, options.CommandTimeout, time);
            await UnlessLostAsync(user.PrepareAsync(session, ending.Token), suspected.Task).ConfigureAwait(false);
            _session = session;
            Changed();
            Log.Connected(logger, connector.Describe(), session.Number);
            await WatchAsync(session, suspected.Task, ending.Token).ConfigureAwait(false);
        }
        finally
        {
            _multiplexer.ConnectionFailed -= failed;
            await ending.CancelAsync().ConfigureAwait(false); // what still waits in the session
        }
    }

    /// <summary>
    /// Watches a session until it fails; from its first moment on, because what is restored in it may wait for answers of a connection that has died.
    /// </summary>
    private async Task WatchAsync(RedisSession session, Task suspected, CancellationToken ending)
    {
        var restoring = user.RestoreAsync(session, ending);
        SeeFault(restoring);
        var isRestored = false;
        while (true)
        {
            var due = Task.Delay(_checkInterval, time, ending);
            await UnlessLostAsync(isRestored ? due : Task.WhenAny(due, restoring), suspected).ConfigureAwait(false);
            ending.ThrowIfCancellationRequested();
            if (!isRestored && restoring.IsCompleted)
            {
                await restoring.ConfigureAwait(false);
                isRestored = true;
                _backoff.Reset();
            }

            await UnlessLostAsync(user.CheckAsync(session, ending), suspected).ConfigureAwait(false);
        }
    }

    /// <summary>Waits, but no longer than the connection is there: what it was pushed meanwhile is lost, so a new session begins.</summary>
    private static async Task UnlessLostAsync(Task work, Task suspected)
    {
        SeeFault(work);
        await Task.WhenAny(work, suspected).ConfigureAwait(false);
        if (suspected.IsCompleted)
        {
            throw new BroadcasterUnavailableException("The connection to Redis was lost.", mayHaveBeenSent: false);
        }

        await work.ConfigureAwait(false);
    }

    // Nobody may be there any more when it ends.
    private static void SeeFault(Task work) =>
        _ = work.ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    // An attempt that failed tells nothing new: only a connection that was there can be lost.
    private static void Failed(ConnectionFailedEventArgs args, TaskCompletionSource suspected)
    {
        if (args.FailureType != ConnectionFailureType.UnableToConnect && args.FailureType != ConnectionFailureType.UnableToResolvePhysicalConnection)
        {
            suspected.TrySetResult();
        }
    }

    private async Task FailedAsync(BroadcasterUnavailableException fault)
    {
        var isNews = _session is not null || _fault?.Message != fault.Message;
        _fault = fault;
        _session = null;
        Changed();
        if (isNews)
        {
            Log.Unavailable(logger, fault, connector.Describe());
        }

        await ReleaseAsync().ConfigureAwait(false);
    }

    /// <summary>Lets go of a multiplexer of ours. What it still has under way may complete.</summary>
    private Task ReleaseAsync()
    {
        var multiplexer = Interlocked.Exchange(ref _multiplexer, null);
        if (multiplexer is not null && connector.IsOwner)
        {
            _ = CloseAsync(multiplexer);
        }

        return Task.CompletedTask;
    }

    private async Task CloseAsync(IConnectionMultiplexer multiplexer)
    {
        try
        {
            await multiplexer.CloseAsync().WaitAsync(options.CommandTimeout, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Log.CloseFailed(logger, fault);
        }
        finally
        {
            Dispose(multiplexer);
        }
    }

    private async Task DiscardAsync(Task<IConnectionMultiplexer> connecting)
    {
        try
        {
            var late = await connecting.ConfigureAwait(false);
            if (connector.IsOwner)
            {
                Dispose(late);
            }
        }
        catch (Exception fault)
        {
            Log.CloseFailed(logger, fault);
        }
    }

    // Not by the interface's own Dispose, which only the oldest client has.
    private static void Dispose(IConnectionMultiplexer multiplexer) => (multiplexer as IDisposable)?.Dispose();

    private void Changed()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }
}
