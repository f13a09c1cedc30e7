namespace RfBroadcast;

/// <summary>
/// Makes a recovering subscription live: "subscribed" with the top, what was missed up to it, what was kept after it.
/// </summary>
internal sealed class CompleteOperation(Subscription subscription, SubscribeRequest request, SubscriptionStart? start, bool isRepeat)
    : ChannelOperation<bool>
{
    protected override bool Do(HubChannel channel)
    {
        if (subscription.HasEnded)
        {
            return false;
        }

        var overflowed = subscription.HasOverflowed;
        var kept = subscription.FinishRecovering();
        if (!isRepeat)
        {
            channel.Establish(subscription);
        }

        if (start is not null)
        {
            TellStart(channel, start, overflowed);
        }
        else if (overflowed)
        {
            // Nobody could tell what was lost; a client that comes back recovers by position.
            subscription.Connection.Fail(new InvalidOperationException($"More was kept for it on {channel.Channel} than may be."));
        }

        foreach (var slice in kept ?? [])
        {
            channel.Deliver(subscription, slice);
        }

        return true;
    }

    private void TellStart(HubChannel channel, SubscriptionStart from, bool overflowed)
    {
        subscription.RevisionFloor = Math.Max(subscription.RevisionFloor, from.Revision);
        subscription.Epoch ??= from.Position?.Epoch;
        var position = from.Position;
        if (isRepeat)
        {
            position = subscription.Epoch is null ? null : new ChannelPosition(subscription.Epoch, overflowed ? subscription.Reached : subscription.HeldAt);
        }
        else if (position is { } top)
        {
            // What was kept is gone when it overflowed: the client starts from the newest message instead.
            position = overflowed ? top with { Offset = Math.Max(top.Offset, channel.LastOffset) } : top;
            subscription.OffsetFloor = position.Value.Offset;
        }

        var lost = overflowed && (request.Since is not null || isRepeat);
        var frame = new SubscribedFrame(
            channel.Channel,
            request.RequestId,
            from.Members,
            position,
            lost ? false : from.Recovered,
            lost ? RecoveryFailure.Limit : from.Failure);
        if (frame.Recovered is not null && !isRepeat)
        {
            channel.Recovered(frame.Failure);
        }

        channel.Tell(subscription, frame, overflowed ? [] : MissedBy(from));
        foreach (var requestId in subscription.TakeUnanswered())
        {
            channel.Tell(subscription, frame with { RequestId = requestId });
        }
    }

    private List<BroadcastMessage> MissedBy(SubscriptionStart from)
    {
        var missed = new List<BroadcastMessage>(from.Missed.Count);
        foreach (var message in from.Missed)
        {
            if (message.Except is null || (message.Except != subscription.Connection.Id && message.Except != request.PreviousConnectionId))
            {
                missed.Add(message);
            }
        }

        return missed;
    }
}
