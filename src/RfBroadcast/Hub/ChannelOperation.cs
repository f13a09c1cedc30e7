namespace RfBroadcast;

/// <summary>Something to do on a channel's pump, in order with its messages.</summary>
internal abstract class ChannelOperation
{
    public abstract void Run(HubChannel channel);

    public abstract void Fail(Exception fault);
}

/// <summary>An operation somebody waits for.</summary>
internal abstract class ChannelOperation<T> : ChannelOperation
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _done.Task;

    public sealed override void Run(HubChannel channel) => _done.TrySetResult(Do(channel));

    public sealed override void Fail(Exception fault) => _done.TrySetException(fault);

    protected abstract T Do(HubChannel channel);
}
