namespace RfBroadcast.Redis;

/// <summary>The <see cref="IBroadcastConnections"/> of all nodes.</summary>
internal sealed class RedisConnections(RedisBroadcaster broadcaster) : IBroadcastConnections
{
    public async ValueTask<IReadOnlyList<ConnectionInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        var answers = await broadcaster.AskAsync(ControlKind.Connections, static asked => asked, static _ => false, cancellationToken).ConfigureAwait(false);
        return
        [
            .. answers.SelectMany(answer => answer.Connections ?? []).Select(connection => new ConnectionInfo(
                connection.Id,
                connection.UserId,
                [.. (connection.Channels ?? []).Select(Channel.Parse)])),
        ];
    }

    public async ValueTask<bool> DisconnectAsync(string connectionId, DisconnectReason? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        var told = reason ?? DisconnectReason.Forbidden;
        if (await broadcaster.DisconnectHereAsync(connectionId, userId: null, told).ConfigureAwait(false) > 0)
        {
            return true;
        }

        var answers = await broadcaster.AskAsync(
            ControlKind.Disconnect,
            asked => asked with { ConnectionId = connectionId, Code = told.Code, Text = told.Message },
            static answer => answer.Count > 0,
            cancellationToken).ConfigureAwait(false);
        return answers.Any(answer => answer.Count > 0);
    }

    public async ValueTask<int> DisconnectUserAsync(string userId, DisconnectReason? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        var told = reason ?? DisconnectReason.Forbidden;
        try
        {
            var answers = await broadcaster.AskAsync(
                ControlKind.Disconnect,
                asked => asked with { UserId = userId, Code = told.Code, Text = told.Message },
                static _ => false,
                cancellationToken).ConfigureAwait(false);
            return answers.Sum(answer => answer.Count);
        }
        catch (BroadcasterUnavailableException)
        {
            // Whoever is to be thrown out does not stay because Redis is away.
            await broadcaster.DisconnectHereAsync(connectionId: null, userId, told).ConfigureAwait(false);
            throw;
        }
    }
}
