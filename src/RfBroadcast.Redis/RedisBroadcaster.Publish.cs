namespace RfBroadcast.Redis;

/// <summary>Publishing.</summary>
public sealed partial class RedisBroadcaster
{
    /// <inheritdoc/>
    public ValueTask<BroadcastReceipt> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _link.Start();
        return request.IdempotencyKey is { } key ? PublishOnceAsync(request, key, cancellationToken) : PublishAsync(request, waited: default, cancellationToken);
    }

    /// <summary>
    /// The receipt of a whole broadcast is kept for its window. Between publishing and keeping it every channel remembers the key by itself,
    /// so that repeating a call that broke off publishes only where it had not been.
    /// </summary>
    private async ValueTask<BroadcastReceipt> PublishOnceAsync(BroadcastRequest request, string key, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var session = await _link.GetAsync(_options.PublishWait, cancellationToken).ConfigureAwait(false);
        var waited = _time.GetElapsedTime(started);
        var stored = await session.ExecuteAsync("GET", _keys.Receipt(key)).WaitAsync(cancellationToken).ConfigureAwait(false);
        if ((byte[]?)stored is { } bytes)
        {
            return StoredReceipt.Read(bytes);
        }

        var receipt = await PublishAsync(request, waited, cancellationToken).ConfigureAwait(false);
        try
        {
            await session.ExecuteAsync(
                "SET",
                _keys.Receipt(key),
                StoredReceipt.Write(receipt),
                "PX",
                Math.Max(1, (long)_broadcasting.IdempotencyWindow.TotalMilliseconds),
                "NX").ConfigureAwait(false);
        }
        catch (BroadcasterUnavailableException fault)
        {
            Log.ReceiptNotKept(_logger, fault); // it was published, and its channels remember the key
        }

        return receipt;
    }

    /// <summary>Publishes a request, which may have waited for Redis before: in all it waits no longer than <see cref="RedisBroadcastOptions.PublishWait"/>.</summary>
    private async ValueTask<BroadcastReceipt> PublishAsync(BroadcastRequest request, TimeSpan waited, CancellationToken cancellationToken)
    {
        using var activity = _metrics.StartPublish(request);
        var started = _time.GetTimestamp();
        var prepared = await _pipeline.PrepareAsync(request, cancellationToken).ConfigureAwait(false);
        if (prepared.Direct is { } direct)
        {
            await SendAsync(direct, cancellationToken).ConfigureAwait(false);
        }

        var messages = prepared.Messages;
        if (messages.Count == 0)
        {
            // A condition said no, or it went to one connection alone.
            return BroadcastReceipt.Empty;
        }

        ChannelReceipt[] receipts;
        if (messages.Count == 1)
        {
            receipts = [await PublishAsync(messages[0], request.IdempotencyKey, waited, cancellationToken).ConfigureAwait(false)];
        }
        else
        {
            receipts = await PublishAsync(messages, request.IdempotencyKey, waited, cancellationToken).ConfigureAwait(false);
        }

        _metrics.Published(receipts.Length, _time.GetElapsedTime(started));
        return new BroadcastReceipt(receipts);
    }

    private ValueTask<ChannelReceipt> PublishAsync(BroadcastMessage message, string? key, TimeSpan waited, CancellationToken cancellationToken)
    {
        if (!Hub.HasRoom(message.Channel))
        {
            return WaitAndPublishAsync(message, key, waited, cancellationToken);
        }

        var accepted = _queues.PublishAsync(message, key, waited);
        return new ValueTask<ChannelReceipt>(cancellationToken.CanBeCanceled ? accepted.WaitAsync(cancellationToken) : accepted);
    }

    private async ValueTask<ChannelReceipt> WaitAndPublishAsync(BroadcastMessage message, string? key, TimeSpan waited, CancellationToken cancellationToken)
    {
        while (!Hub.HasRoom(message.Channel))
        {
            await Hub.WaitForRoomAsync(message.Channel, cancellationToken).ConfigureAwait(false);
        }

        return await _queues.PublishAsync(message, key, waited).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes on several channels at once. When one of them fails, others may have been accepted.</summary>
    private async ValueTask<ChannelReceipt[]> PublishAsync(IReadOnlyList<BroadcastMessage> messages, string? key, TimeSpan waited, CancellationToken cancellationToken)
    {
        var publishes = new Task<ChannelReceipt>[messages.Count];
        for (var i = 0; i < publishes.Length; i++)
        {
            publishes[i] = PublishAsync(messages[i], key, waited, cancellationToken).AsTask();
        }

        try
        {
            return await Task.WhenAll(publishes).ConfigureAwait(false);
        }
        catch (BroadcasterUnavailableException fault) when (!fault.MayHaveBeenSent && publishes.Any(MayHaveBeenSent))
        {
            throw new BroadcasterUnavailableException("On some of the channels: " + fault.Message, mayHaveBeenSent: true, fault);
        }
    }

    private static bool MayHaveBeenSent(Task<ChannelReceipt> publish) =>
        publish.IsCompletedSuccessfully || publish.Exception?.InnerException is BroadcasterUnavailableException { MayHaveBeenSent: true };

    /// <summary>Sends to one connection, wherever it is.</summary>
    private async ValueTask SendAsync(DirectMessage direct, CancellationToken cancellationToken)
    {
        if (Hub.Publish(direct))
        {
            return;
        }

        var answers = await AskAsync(
            ControlKind.Send,
            asked => asked with { ConnectionId = direct.ConnectionId, Event = direct.Event, Data = direct.Data.ToArray(), Timestamp = direct.Timestamp },
            static answer => answer.Count > 0,
            cancellationToken).ConfigureAwait(false);
        if (!answers.Any(answer => answer.Count > 0))
        {
            throw new ConnectionNotFoundException(direct.ConnectionId);
        }
    }
}
