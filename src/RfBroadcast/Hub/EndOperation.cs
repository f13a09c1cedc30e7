namespace RfBroadcast;

/// <summary>Ends a subscription, and tells the client when there is a reason to tell: the last frame of that channel.</summary>
internal sealed class EndOperation(Subscription subscription, UnsubscribeReason? reason) : ChannelOperation<bool>
{
    /// <summary>Whether the subscription had been complete.</summary>
    public bool WasLive { get; private set; }

    protected override bool Do(HubChannel channel)
    {
        if (subscription.HasEnded)
        {
            return false;
        }

        WasLive = subscription.IsEstablished;
        subscription.HasEnded = true;
        channel.Remove(subscription);
        if (reason is { } told)
        {
            channel.TellUnsubscribed(subscription, told);
        }

        return true;
    }
}
