namespace RfBroadcast;

/// <summary>The driver <c>null</c>: takes every message and does nothing, to switch the default drivers off for one broadcast.</summary>
public sealed class NullBroadcastDriver : IBroadcastDriver
{
    /// <inheritdoc/>
    public string Name => "null";

    /// <inheritdoc/>
    public ValueTask SendAsync(BroadcastMessage message, CancellationToken cancellationToken) => default;
}
