namespace RfBroadcast.AspNetCore;

/// <summary>Subscribing and unsubscribing.</summary>
internal sealed partial class NativeSession
{
    // By wire name: grants that end by themselves. Under the lock.
    private Dictionary<string, WheelEntry>? _expiries;

    // Subscriptions that have begun. Under the lock.
    private List<Channel>? _subscribing;

    private async ValueTask<ClientFault?> SubscribeAsync(SubscribeCommand command)
    {
        if (!Channel.TryParse(command.Channel, out var channel, out var invalid))
        {
            return new ClientFault(ErrorCode.InvalidChannel, invalid, command.Channel);
        }

        var request = new SubscribeRequest
        {
            ConnectionId = connection.Id,
            HasSocket = true,
            Channel = channel,
            Since = command.Since,
            PreviousConnectionId = command.PreviousConnectionId,
            Last = command.Last,
            RequestId = command.RequestId,
        };
        if (services.Hub.IsSubscribed(connection.Id, channel))
        {
            // Answered again, and nothing changes: who it is there was settled the first time.
            services.Hub.TryGetSubscriber(connection.Id, channel, out var userId);
            await services.Broadcaster.SubscribeAsync(request with { UserId = userId }, Ended).ConfigureAwait(false);
            return null;
        }

        var count = services.Hub.CountSubscriptions(connection.Id) + CountUnderWay();
        Begin(channel);
        try
        {
            return count >= services.Options.MaxChannelsPerConnection
                ? new ClientFault(
                    ErrorCode.TooManyChannels,
                    $"one connection may be subscribed to {services.Options.MaxChannelsPerConnection} channels",
                    command.Channel)
                : await AuthorizeAndSubscribeAsync(request).ConfigureAwait(false);
        }
        finally
        {
            End(channel);
        }
    }

    private void Begin(Channel channel)
    {
        lock (this)
        {
            (_subscribing ??= []).Add(channel);
        }
    }

    private void End(Channel channel)
    {
        lock (this)
        {
            _subscribing!.Remove(channel); // it was put there
            _subscribing = _subscribing.Count == 0 ? null : _subscribing;
        }
    }

    /// <summary>Subscriptions that have begun and that the hub does not count yet.</summary>
    private int CountUnderWay()
    {
        Channel[] begun;
        lock (this)
        {
            begun = _subscribing is null ? [] : [.. _subscribing];
        }

        var count = 0;
        foreach (var channel in begun)
        {
            count += services.Hub.IsSubscribed(connection.Id, channel) ? 0 : 1;
        }

        return count;
    }

    private async ValueTask<ClientFault?> AuthorizeAndSubscribeAsync(SubscribeRequest request)
    {
        var channel = request.Channel;
        var decision = await AuthorizeAsync(channel).ConfigureAwait(false);
        if (!decision.IsGranted)
        {
            return new ClientFault(decision.ErrorCode ?? ErrorCode.Forbidden, decision.Message ?? "access denied", channel.WireName);
        }

        var outcome = await services.Broadcaster
            .SubscribeAsync(request with { UserId = decision.UserId ?? connection.UserId, UserInfo = decision.UserInfo }, Ended)
            .ConfigureAwait(false);
        if (outcome == SubscribeOutcome.Subscribed)
        {
            SetExpiry(channel, decision.ExpiresAt);
        }

        return null;
    }

    private async ValueTask<ChannelDecision> AuthorizeAsync(Channel channel)
    {
        if (channel.Kind == ChannelKind.Public)
        {
            // No handler of the app's runs for it, so there is nothing to wait for.
            return await services.Authorizer
                .AuthorizeAsync(channel, connection.Id, connection.Identity.User, connection.UserId, Ended)
                .ConfigureAwait(false);
        }

        using var timeout = new CancellationTokenSource(services.Options.AuthorizationTimeout, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, Ended);
        try
        {
            // WaitAsync, because a handler need not look at its token.
            return await services.Authorizer
                .AuthorizeAsync(channel, connection.Id, connection.Identity.User, connection.UserId, either.Token)
                .AsTask()
                .WaitAsync(either.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !Volatile.Read(ref _hasEnded))
        {
            Log.AuthorizationTimedOut(services.Logger, channel.WireName, services.Options.AuthorizationTimeout);
            return new ChannelDecision(
                IsGranted: false, ErrorCode.Internal, "the authorization took too long; try again", UserId: null, UserInfo: null, ExpiresAt: null);
        }
    }

    private async ValueTask<ClientFault?> UnsubscribeAsync(UnsubscribeCommand command)
    {
        if (!Channel.TryParse(command.Channel, out var channel, out var invalid))
        {
            return new ClientFault(ErrorCode.InvalidChannel, invalid, command.Channel);
        }

        SetExpiry(channel, expiresAt: null);
        var asked = new UnsubscribeReason(Code: 0, Message: null, command.RequestId);
        return await services.Broadcaster.UnsubscribeAsync(connection.Id, channel, asked, Ended).ConfigureAwait(false)
            ? null
            : new ClientFault(ErrorCode.NotSubscribed, "there is no subscription to this channel", command.Channel);
    }

    private void SetExpiry(Channel channel, DateTimeOffset? expiresAt)
    {
        TakeExpiry(channel)?.Cancel();
        if (expiresAt is { } expiry)
        {
            var entry = services.Wheel.Schedule(
                expiry - services.Time.GetUtcNow(),
                () => ThreadPool.UnsafeQueueUserWorkItem(_ => _ = ExpireAsync(channel), state: null));
            lock (this)
            {
                (_expiries ??= new(StringComparer.Ordinal))[channel.WireName] = entry;
            }
        }
    }

    private WheelEntry? TakeExpiry(Channel channel)
    {
        lock (this)
        {
            return _expiries is not null && _expiries.Remove(channel.WireName, out var entry) ? entry : null;
        }
    }

    private void CancelExpiries()
    {
        lock (this)
        {
            foreach (var expiry in _expiries?.Values ?? Enumerable.Empty<WheelEntry>())
            {
                expiry.Cancel();
            }
        }
    }

    private async Task ExpireAsync(Channel channel)
    {
        try
        {
            TakeExpiry(channel);
            await services.Broadcaster.UnsubscribeAsync(connection.Id, channel, UnsubscribeReason.GrantExpired, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // A grant that has ended must not live on because the back end is away.
            Log.CommandFailed(services.Logger, fault, connection.Id, nameof(ExpireAsync));
            connection.Close(CloseCode.InternalError, "an expired grant could not be ended");
        }
    }
}
