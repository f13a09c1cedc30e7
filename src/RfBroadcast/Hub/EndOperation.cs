namespace RfBroadcast;

/// <summary>Ends a subscription, and tells the client when there is a reason to tell: the last frame of that channel.</summary>
/// <param name="subscription">The subscription.</param>
/// <param name="reason">What the client is told, or null to tell it nothing.</param>
/// <param name="ended">Runs when the subscription has ended and the client does not know yet; or null.</param>
internal sealed class EndOperation(Subscription subscription, UnsubscribeReason? reason, Action<EndedSubscription>? ended = null)
    : ChannelOperation<bool>
{
    /// <summary>What has ended, once it has.</summary>
    public EndedSubscription Ended { get; private set; }

    protected override bool Do(HubChannel channel)
    {
        if (subscription.HasEnded)
        {
            return false;
        }

        Ended = new EndedSubscription(channel.Channel, subscription.UserId, subscription.IsEstablished);
        subscription.HasEnded = true;
        channel.Remove(subscription);
        ended?.Invoke(Ended);
        if (reason is { } told)
        {
            channel.TellUnsubscribed(subscription, told);
        }

        // Last, so that whoever removes the connection meanwhile waits until it has been told.
        channel.Forget(subscription);
        return true;
    }
}
