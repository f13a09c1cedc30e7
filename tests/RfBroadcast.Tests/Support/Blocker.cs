namespace RfBroadcast.Tests.Support;

/// <summary>Blocks whoever sends to a connection, from its next frames until this is disposed.</summary>
internal sealed class Blocker : IDisposable
{
    private readonly ManualResetEventSlim _release = new();
    private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordingConnection _connection;

    public Blocker(RecordingConnection connection)
    {
        _connection = connection;
        connection.Sending = () =>
        {
            _blocked.TrySetResult();
            _release.Wait(Wait.Limit);
        };
    }

    /// <summary>Completes when somebody is blocked.</summary>
    public Task Blocked => _blocked.Task;

    public void Dispose()
    {
        _connection.Sending = null;
        _release.Set();
    }
}
