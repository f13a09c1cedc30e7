namespace RfBroadcast;

/// <summary>Decides what a subscriber is sent before it goes live.</summary>
internal static class RecoveryPlan
{
    // What a frame adds to its data, about.
    private const int FrameOverhead = 256;

    public static async ValueTask<SubscriptionStart> MakeAsync(
        SubscribeRequest request,
        bool isRepeat,
        IChannelHistory history,
        int limitBytes,
        CancellationToken cancellationToken)
    {
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
