namespace RfBroadcast;

/// <summary>Ends all subscriptions of a channel and tells their clients: for each the last frame of that channel.</summary>
/// <param name="reason">What the clients are told.</param>
/// <param name="ended">Runs when a subscription has ended and its client does not know yet; or null.</param>
internal sealed class EndAllOperation(UnsubscribeReason reason, Action<string, EndedSubscription>? ended) : ChannelOperation<int>
{
    protected override int Do(HubChannel channel)
    {
        var subscriptions = channel.Subscriptions();
        foreach (var subscription in subscriptions)
        {
            channel.End(subscription, reason, ended is null ? null : end => ended(subscription.Connection.Id, end));
        }

        return subscriptions.Count;
    }
}
