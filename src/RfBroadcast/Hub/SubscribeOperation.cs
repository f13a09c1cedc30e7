namespace RfBroadcast;

/// <summary>Adds a subscription: live at once, or recovering until <see cref="CompleteOperation"/>.</summary>
internal sealed class SubscribeOperation(ConnectionEntry connection, SubscribeRequest request, bool recovers)
    : ChannelOperation<SubscribeOperation.Result>
{
    protected override Result Do(HubChannel channel)
    {
        var existing = connection.Find(request.Channel.WireName);
        if (existing is not null)
        {
            return Repeat(channel, existing);
        }

        var subscription = new Subscription(channel, connection, request.UserId);
        if (!connection.TryAdd(subscription))
        {
            return new Result(SubscribeOutcome.Ended, null);
        }

        channel.Add(subscription);
        if (recovers)
        {
            subscription.StartRecovering(request.PreviousConnectionId, heldAt: 0);
            return new Result(SubscribeOutcome.Subscribed, new PendingSubscription(subscription, request, isRepeat: false));
        }

        channel.Establish(subscription);
        if (request.Since is not null)
        {
            channel.Recovered(RecoveryFailure.NoHistory);
        }

        channel.Tell(subscription, new SubscribedFrame(
            channel.Channel,
            request.RequestId,
            Members: null,
            Position: null,
            Recovered: request.Since is null ? null : false,
            Failure: request.Since is null ? RecoveryFailure.None : RecoveryFailure.NoHistory));
        return new Result(SubscribeOutcome.Subscribed, null);
    }

    private Result Repeat(HubChannel channel, Subscription subscription)
    {
        if (subscription.IsRecovering)
        {
            subscription.AnswerLater(request.RequestId);
            return new Result(SubscribeOutcome.AlreadySubscribed, null);
        }

        // Members must be read anew, in order with the edges; anything else is known here.
        if (request.Channel.IsPresence)
        {
            subscription.StartRecovering(previousConnectionId: null, subscription.Reached);
            return new Result(SubscribeOutcome.AlreadySubscribed, new PendingSubscription(subscription, request, isRepeat: true));
        }

        channel.Tell(subscription, new SubscribedFrame(
            channel.Channel,
            request.RequestId,
            Members: null,
            subscription.Epoch is null ? null : new ChannelPosition(subscription.Epoch, subscription.Reached),
            Recovered: null,
            RecoveryFailure.None));
        return new Result(SubscribeOutcome.AlreadySubscribed, null);
    }

    public readonly record struct Result(SubscribeOutcome Outcome, PendingSubscription? Pending);
}
