namespace RfBroadcast.Redis;

/// <summary>Subscribing and unsubscribing.</summary>
public sealed partial class RedisBroadcaster
{
    private const int MostSnapshots = 4;

    /// <inheritdoc/>
    public async ValueTask<SubscribeOutcome> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(request.Last, nameof(request));
        cancellationToken.ThrowIfCancellationRequested();
        request = PresenceIdentity.Settle(request, Hub);
        var session = await _link.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        var feed = await _feeds.HoldAsync(request.Channel, session).ConfigureAwait(false);
        try
        {
            if (!feed.IsOrdered)
            {
                return await Hub.SubscribeAsync(request).ConfigureAwait(false);
            }

            var (outcome, pending) = await Hub.BeginSubscribeAsync(request).ConfigureAwait(false);
            return pending is null ? outcome : await CompleteAsync(request, pending, outcome, feed).ConfigureAwait(false);
        }
        finally
        {
            _feeds.Release(feed);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> UnsubscribeAsync(
        string connectionId,
        Channel channel,
        UnsubscribeReason reason = default,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (await UnsubscribeHereAsync(connectionId, channel, reason).ConfigureAwait(false))
        {
            return true;
        }

        if (Hub.FindConnection(connectionId) is not null)
        {
            return false; // it is on this node, and not subscribed
        }

        var answers = await AskAsync(
            ControlKind.Unsubscribe,
            asked => asked with { ConnectionId = connectionId, Channel = channel.WireName, Code = reason.Code, Text = reason.Message, RequestId = reason.RequestId },
            static answer => answer.Count > 0,
            cancellationToken).ConfigureAwait(false);
        return answers.Any(answer => answer.Count > 0);
    }

    /// <inheritdoc/>
    public async ValueTask RemoveConnectionAsync(string connectionId, bool leaveAtOnce, CancellationToken cancellationToken = default)
    {
        foreach (var end in await Hub.RemoveConnectionAsync(connectionId).ConfigureAwait(false))
        {
            await LeaveAsync(connectionId, end, leaveAtOnce).ConfigureAwait(false);
        }
    }

    /// <summary>Ends a subscription on this node alone.</summary>
    internal async ValueTask<bool> UnsubscribeHereAsync(string connectionId, Channel channel, UnsubscribeReason reason)
    {
        var left = Task.CompletedTask;

        // Begun before the client is told, and waited for: whoever calls finds the leave done.
        void Left(EndedSubscription ended) => left = LeaveAsync(connectionId, ended, atOnce: !reason.ClientComesBack);
        if (await Hub.UnsubscribeAsync(connectionId, channel, reason, Left).ConfigureAwait(false) is null)
        {
            return false;
        }

        await left.ConfigureAwait(false);
        return true;
    }

    /// <summary>Disconnects a client, or those of a user, on this node alone.</summary>
    /// <returns>How many there were.</returns>
    internal async ValueTask<int> DisconnectHereAsync(string? connectionId, string? userId, DisconnectReason reason)
    {
        IReadOnlyList<IConnection> told = connectionId switch
        {
            null => [.. Hub.Connections.Where(connection => userId is not null && connection.UserId == userId)],
            _ when Hub.FindConnection(connectionId) is { } found => [found],
            _ => [],
        };
        foreach (var connection in told)
        {
            connection.Close(reason.Code, reason.Message);
            await RemoveConnectionAsync(connection.Id, leaveAtOnce: !reason.ClientComesBack, CancellationToken.None).ConfigureAwait(false);
        }

        return told.Count;
    }

    private async ValueTask<SubscribeOutcome> CompleteAsync(
        SubscribeRequest request,
        PendingSubscription pending,
        SubscribeOutcome outcome,
        ChannelFeed feed)
    {
        SubscriptionStart start;
        try
        {
            start = await ReadStartAsync(request, pending.IsRepeat, feed).ConfigureAwait(false);
        }
        catch
        {
            // Whether it has joined is not known: it is taken off in any case.
            await pending.AbandonAsync().ConfigureAwait(false);
            if (!pending.IsRepeat && request is { UserId: { } userId, Channel.IsPresence: true })
            {
                _ = _presence.LeaveAsync(request.Channel, request.ConnectionId, userId, atOnce: true);
            }

            throw;
        }

        return await pending.CompleteAsync(start).ConfigureAwait(false) ? outcome : SubscribeOutcome.Ended;
    }

    private async ValueTask<SubscriptionStart> ReadStartAsync(SubscribeRequest request, bool isRepeat, ChannelFeed feed)
    {
        var channel = request.Channel;
        if (channel.IsPresence && !isRepeat && request.UserId is { } userId)
        {
            // Its own join comes back as any other does; with it the members known here include it.
            if (await _presence.JoinAsync(channel, request.ConnectionId, userId, request.UserInfo).ConfigureAwait(false) is { } tops)
            {
                await feed.ReachAsync(tops.Epoch, tops.Order, CancellationToken.None).ConfigureAwait(false);
            }
        }

        var start = await RecoveryPlan.MakeAsync(request, isRepeat, _recovery, _broadcasting.RecoveryBytes, CancellationToken.None).ConfigureAwait(false);
        if (!channel.IsPresence)
        {
            return start;
        }

        // Who is subscribed stays who it was, whatever a repeat says.
        var user = isRepeat ? _presence.FindUser(channel, request.ConnectionId) : request.UserId;
        var (members, revision) = await ReadMembersAsync(feed, request.ConnectionId, user).ConfigureAwait(false);
        return start with { Members = members, Revision = revision };
    }

    /// <summary>
    /// The members, with the user who subscribes. Between its join and this the node may have been swept, or the store lost: then it joins again, now and
    /// not with the next heartbeat.
    /// </summary>
    private async ValueTask<(IReadOnlyList<PresenceMember> Members, long Revision)> ReadMembersAsync(ChannelFeed feed, string connectionId, string? userId)
    {
        for (var attempt = 1; attempt <= MostSnapshots; attempt++)
        {
            if (feed.SnapshotWith(userId) is var (members, revision))
            {
                return (members, revision);
            }

            // A user who is not found is one.
            if (await _presence.RejoinAsync(feed.Channel, connectionId, userId!).ConfigureAwait(false) is not { } tops)
            {
                return ([], 0); // it is not subscribed any more, so nobody will see this
            }

            await feed.ReachAsync(tops.Epoch, tops.Order, CancellationToken.None).ConfigureAwait(false);
        }

        throw new BroadcasterUnavailableException("The user was joined, and is not among the members: Redis keeps losing its data, or this node its lease.", mayHaveBeenSent: false);
    }

    private Task LeaveAsync(string connectionId, EndedSubscription ended, bool atOnce)
    {
        _feeds.Look(ended.Channel);
        return ended is { UserId: { } userId, Channel.IsPresence: true }
            ? _presence.LeaveAsync(ended.Channel, connectionId, userId, atOnce)
            : Task.CompletedTask;
    }
}
