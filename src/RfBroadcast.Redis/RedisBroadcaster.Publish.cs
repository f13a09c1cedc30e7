namespace RfBroadcast.Redis;

/// <summary>Publishing.</summary>
#pragma warning disable MA0042 // a result is asked for only where it is there
public sealed partial class RedisBroadcaster
{
    /// <inheritdoc/>
    public ValueTask<BroadcastReceipt> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        _link.Start();
        if (request.IdempotencyKey is { } key)
        {
            return PublishOnceAsync(request, key, cancellationToken);
        }

        return cancellationToken.CanBeCanceled || _metrics.IsTraced ? PublishAsync(request, waited: default, cancellationToken) : PublishAtOnceAsync(request);
    }

    /// <summary>
    /// Publishes what nothing has to be waited for but Redis: then there is no state machine, and who published waits for the message itself.
    /// </summary>
    private ValueTask<BroadcastReceipt> PublishAtOnceAsync(BroadcastRequest request)
    {
        try
        {
            var started = _time.GetTimestamp();
            var preparing = _pipeline.PrepareAsync(request, CancellationToken.None);
            if (!preparing.IsCompletedSuccessfully)
            {
                return PublishAsync(preparing, started);
            }

            var prepared = preparing.GetAwaiter().GetResult();
            return prepared is { Direct: null, Messages: [var message] } && Hub.HasRoom(message.Channel)
                ? new ValueTask<BroadcastReceipt>(_published.PublishAsync(message, idempotencyKey: null, started, isWhole: true))
                : PublishAsync(prepared, started, waited: default, idempotencyKey: null, CancellationToken.None);
        }
        catch (Exception fault)
        {
            return ValueTask.FromException<BroadcastReceipt>(fault);
        }
    }

    private async ValueTask<BroadcastReceipt> PublishAsync(ValueTask<PreparedBroadcast> preparing, long started) =>
        await PublishAsync(await preparing.ConfigureAwait(false), started, waited: default, idempotencyKey: null, CancellationToken.None).ConfigureAwait(false);

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
        return await PublishAsync(prepared, started, waited, request.IdempotencyKey, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<BroadcastReceipt> PublishAsync(
        PreparedBroadcast prepared,
        long started,
        TimeSpan waited,
        string? idempotencyKey,
        CancellationToken cancellationToken)
    {
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

        var receipt = messages.Count == 1
            ? await PublishAsync(messages[0], idempotencyKey, waited, cancellationToken).ConfigureAwait(false)
            : await PublishAsync(messages, idempotencyKey, waited, cancellationToken).ConfigureAwait(false);
        _metrics.Published(receipt.Channels.Count, _time.GetElapsedTime(started));
        return receipt;
    }

    private async Task<BroadcastReceipt> PublishAsync(BroadcastMessage message, string? key, TimeSpan waited, CancellationToken cancellationToken)
    {
        while (!Hub.HasRoom(message.Channel))
        {
            await Hub.WaitForRoomAsync(message.Channel, cancellationToken).ConfigureAwait(false);
        }

        var since = _time.GetTimestamp() - (long)(waited.TotalSeconds * _time.TimestampFrequency);
        var accepted = _published.PublishAsync(message, key, since, isWhole: false);
        return await accepted.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes on several channels at once. When one of them fails, others may have been accepted.</summary>
    private async ValueTask<BroadcastReceipt> PublishAsync(
        IReadOnlyList<BroadcastMessage> messages,
        string? key,
        TimeSpan waited,
        CancellationToken cancellationToken)
    {
        var publishes = new Task<BroadcastReceipt>[messages.Count];
        for (var i = 0; i < publishes.Length; i++)
        {
            publishes[i] = PublishAsync(messages[i], key, waited, cancellationToken);
        }

        try
        {
            var receipts = await Task.WhenAll(publishes).ConfigureAwait(false);
            return new BroadcastReceipt(Array.ConvertAll(receipts, static receipt => receipt.Channels[0]));
        }
        catch (BroadcasterUnavailableException fault) when (!fault.MayHaveBeenSent && publishes.Any(MayHaveBeenSent))
        {
            throw new BroadcasterUnavailableException("On some of the channels: " + fault.Message, mayHaveBeenSent: true, fault);
        }
    }

    private static bool MayHaveBeenSent(Task<BroadcastReceipt> publish) =>
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
