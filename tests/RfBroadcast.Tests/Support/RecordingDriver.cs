namespace RfBroadcast.Tests.Support;

internal sealed class RecordingDriver(string name, Exception? fault = null) : IBroadcastDriver
{
    public List<BroadcastMessage> Messages { get; } = [];

    public string Name => name;

    public ValueTask SendAsync(BroadcastMessage message, CancellationToken cancellationToken)
    {
        Messages.Add(message);
        return fault is null ? default : ValueTask.FromException(fault);
    }
}
