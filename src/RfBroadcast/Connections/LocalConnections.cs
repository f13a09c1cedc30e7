namespace RfBroadcast;

/// <summary>The <see cref="IBroadcastConnections"/> of a single process.</summary>
internal sealed class LocalConnections(LocalHub hub, IBroadcaster broadcaster) : IBroadcastConnections
{
    public ValueTask<IReadOnlyList<ConnectionInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ConnectionInfo> list =
            [.. hub.Connections.Select(connection => new ConnectionInfo(connection.Id, connection.UserId, hub.GetSubscriptions(connection.Id)))];
        return ValueTask.FromResult(list);
    }

    public async ValueTask<bool> DisconnectAsync(string connectionId, DisconnectReason? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        if (hub.FindConnection(connectionId) is not { } connection)
        {
            return false;
        }

        await DisconnectAsync(connection, reason ?? DisconnectReason.Forbidden).ConfigureAwait(false);
        return true;
    }

    public async ValueTask<int> DisconnectUserAsync(string userId, DisconnectReason? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        var count = 0;
        foreach (var connection in hub.Connections)
        {
            if (string.Equals(connection.UserId, userId, StringComparison.Ordinal))
            {
                await DisconnectAsync(connection, reason ?? DisconnectReason.Forbidden).ConfigureAwait(false);
                count++;
            }
        }

        return count;
    }

    private ValueTask DisconnectAsync(IConnection connection, DisconnectReason reason)
    {
        connection.Close(reason.Code, reason.Message);
        return broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce: !reason.ClientComesBack, CancellationToken.None);
    }
}
