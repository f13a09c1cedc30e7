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

        Ended = channel.End(subscription, reason, ended);
        return true;
    }
}
