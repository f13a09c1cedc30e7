namespace RfBroadcast.Tests.Support;

internal static class HubExtensions
{
    private static int _probes;

    /// <summary>Adds a connection to the hub.</summary>
    public static RecordingConnection Connect(this LocalHub hub, string id, string? userId = null, LineProtocol? protocol = null)
    {
        var connection = new RecordingConnection(id, userId, protocol);
        hub.TryAdd(connection).Should().BeTrue();
        return connection;
    }

    /// <summary>
    /// Waits until the channel has fanned out all that was published before: an operation on it is ordered with its messages.
    /// </summary>
    public static async Task DrainAsync(this LocalHub hub, Channel channel)
    {
        var probe = $"probe-{Interlocked.Increment(ref _probes)}";
        await hub.SubscribeAsync(new SubscribeRequest { ConnectionId = probe, Channel = channel }).InTimeAsync();
        await hub.RemoveConnectionAsync(probe).InTimeAsync();
    }
}
