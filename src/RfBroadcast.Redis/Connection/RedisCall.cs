namespace RfBroadcast.Redis;

/// <summary>
/// One command under way, with a time-out of our own: the client's oldest version has none, and completes tasks on the thread that
/// reads, which whoever waits here must never hold up.
/// </summary>
internal sealed class RedisCall<T> : TaskCompletionSource<T>
{
    private readonly bool _isWrite;
    private readonly TimeSpan _timeout;
    private readonly WheelEntry _expiry;

    private RedisCall(TimerWheel wheel, TimeSpan timeout, bool isWrite)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        _isWrite = isWrite;
        _timeout = timeout;
        _expiry = wheel.Schedule(timeout, Expire);
    }

    /// <summary>Waits for a command of the client's.</summary>
    /// <exception cref="BroadcasterUnavailableException">It failed or took too long. A script that is not known is told as it is.</exception>
    public static Task<T> WatchAsync(Task<T> command, TimerWheel wheel, TimeSpan timeout, bool isWrite)
    {
        var call = new RedisCall<T>(wheel, timeout, isWrite);
        _ = command.ContinueWith(
            static (done, state) => ((RedisCall<T>)state!).Finish(done),
            call,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return call.Task;
    }

    private void Finish(Task<T> done)
    {
        _expiry.Cancel();
        if (done.IsCompletedSuccessfully)
        {
            TrySetResult(done.Result);
            return;
        }

        Exception fault = done.Exception?.InnerException ?? new TaskCanceledException(done);
        TrySetException(RedisFaults.IsNoScript(fault) ? fault : RedisFaults.Translate(fault, _isWrite));
    }

    private void Expire() => TrySetException(new BroadcasterUnavailableException(
        $"Redis did not answer within {_timeout} (Broadcasting:Redis:CommandTimeout)"
            + (_isWrite ? "; the message may or may not have been sent." : "."),
        _isWrite));
}
