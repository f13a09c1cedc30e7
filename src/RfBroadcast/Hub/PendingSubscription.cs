namespace RfBroadcast;

/// <summary>A subscription that keeps live messages until what came before them has been read.</summary>
public sealed class PendingSubscription
{
    private readonly Subscription _subscription;
    private readonly SubscribeRequest _request;

    internal PendingSubscription(Subscription subscription, SubscribeRequest request, bool isRepeat)
    {
        _subscription = subscription;
        _request = request;
        IsRepeat = isRepeat;
    }

    /// <summary>Whether the connection was subscribed before, and is only to be told again.</summary>
    public bool IsRepeat { get; }

    /// <summary>Tells the client that it is subscribed, sends what it missed, then what was kept; then it is live.</summary>
    /// <returns>False when it ended meanwhile.</returns>
    public ValueTask<bool> CompleteAsync(SubscriptionStart start)
    {
        var operation = new CompleteOperation(_subscription, _request, start, IsRepeat);
        return _subscription.Channel.TryPost(operation) ? new ValueTask<bool>(operation.Task) : ValueTask.FromResult(false);
    }

    /// <summary>Gives up: the connection is not subscribed, and is told nothing. A repeat stays subscribed.</summary>
    public async ValueTask AbandonAsync()
    {
        ChannelOperation<bool> operation = IsRepeat
            ? new CompleteOperation(_subscription, _request, start: null, IsRepeat)
            : new EndOperation(_subscription, reason: null);
        if (_subscription.Channel.TryPost(operation))
        {
            await operation.Task.ConfigureAwait(false);
        }
    }
}
