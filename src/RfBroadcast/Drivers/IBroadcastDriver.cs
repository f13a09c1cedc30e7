namespace RfBroadcast;

/// <summary>
/// A one-way outlet that messages can also go to, chosen by name per broadcast or for all
/// (<see cref="BroadcastOptions.Drivers"/>).
/// </summary>
public interface IBroadcastDriver
{
    /// <summary>The name it is chosen by, compared without case.</summary>
    string Name { get; }

    /// <summary>
    /// Takes one message, before the broadcaster does. Called by the publisher, possibly by several at once; what it throws
    /// is logged and does not stop the broadcast.
    /// </summary>
    ValueTask SendAsync(BroadcastMessage message, CancellationToken cancellationToken);
}
