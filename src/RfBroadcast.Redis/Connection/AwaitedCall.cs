namespace RfBroadcast.Redis;

/// <summary>A command that is awaited. Who awaits goes on on a thread of its own, never on the client's.</summary>
internal sealed class AwaitedCall<T>(bool isWrite) : RedisCall<T>
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _done.Task;

    protected override void Succeeded(T result) => _done.TrySetResult(result);

    // A script that is not known is told as it is.
    protected override void Failed(Exception fault) =>
        _done.TrySetException(RedisFaults.IsNoScript(fault) ? fault : RedisFaults.Translate(fault, isWrite));
}
