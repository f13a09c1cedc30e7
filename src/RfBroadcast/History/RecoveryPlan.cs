namespace RfBroadcast;

/// <summary>
/// Decides what a subscriber is sent before it goes live. For broadcasters: every one answers a client that comes back alike.
/// </summary>
public static class RecoveryPlan
{
    // What a frame adds to its data, about.
    private const int FrameOverhead = 256;

    /// <summary>Reads what the request asks for: what was missed since its position, or the last messages.</summary>
    /// <param name="request">The subscription.</param>
    /// <param name="isRepeat">Whether it stands already and is only answered again (<see cref="PendingSubscription.IsRepeat"/>).</param>
    /// <param name="history">Where to read; called at most once, not at all for a repeat.</param>
    /// <param name="limitBytes">The most to send at once (<see cref="BroadcastOptions.RecoveryBytes"/>).</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="BroadcasterUnavailableException">The store cannot be reached.</exception>
    public static async ValueTask<SubscriptionStart> MakeAsync(
        SubscribeRequest request,
        bool isRepeat,
        IChannelHistory history,
        int limitBytes,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(history);
        if (isRepeat)
        {
            return new SubscriptionStart();
        }

        if (request.Since is not { } since)
        {
            var page = await history.ReadLastAsync(request.Channel, request.Last, cancellationToken).ConfigureAwait(false);
            return new SubscriptionStart { Position = page.Top, Missed = NewestWithin(page.Messages, limitBytes) };
        }

        var missed = await history.ReadSinceAsync(request.Channel, since, cancellationToken).ConfigureAwait(false);
        var failure = missed.Failure;
        if (failure == RecoveryFailure.None && NewestWithin(missed.Messages, limitBytes).Count < missed.Messages.Count)
        {
            failure = RecoveryFailure.Limit;
        }

        return new SubscriptionStart
        {
            Position = missed.Top,
            Missed = failure == RecoveryFailure.None ? missed.Messages : [],
            Recovered = failure == RecoveryFailure.None,
            Failure = failure,
        };
    }

    private static IReadOnlyList<BroadcastMessage> NewestWithin(IReadOnlyList<BroadcastMessage> messages, int limitBytes)
    {
        var first = messages.Count;
        long bytes = 0;
        while (first > 0 && (bytes += messages[first - 1].Data.Length + FrameOverhead) <= limitBytes)
        {
            first--;
        }

        return first == 0 ? messages : [.. messages.Skip(first)];
    }
}
