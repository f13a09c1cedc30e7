namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>A queue's owner that does what the test says.</summary>
internal sealed class QueueOwner(Action tooSlow) : IQueueOwner
{
    public void IsTooSlow() => tooSlow();
}
