namespace RfBroadcast.Tests.Support;

/// <summary>Keeps the requests that the extension methods gather.</summary>
internal sealed class RecordingBroadcaster : IBroadcaster
{
    public BroadcastRequest? Request { get; private set; }

    public SubscribeRequest? Subscribed { get; private set; }

    public (string ConnectionId, Channel Channel, UnsubscribeReason Reason)? Unsubscribed { get; private set; }

    public CancellationToken Token { get; private set; }

    public ValueTask<BroadcastReceipt> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default)
    {
        Request = request;
        Token = cancellationToken;
        return ValueTask.FromResult(BroadcastReceipt.Empty);
    }

    public ValueTask<SubscribeOutcome> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken = default)
    {
        Subscribed = request;
        return ValueTask.FromResult(SubscribeOutcome.Subscribed);
    }

    public ValueTask<bool> UnsubscribeAsync(string connectionId, Channel channel, UnsubscribeReason reason = default, CancellationToken cancellationToken = default)
    {
        Unsubscribed = (connectionId, channel, reason);
        return ValueTask.FromResult(true);
    }

    public ValueTask RemoveConnectionAsync(string connectionId, bool leaveAtOnce, CancellationToken cancellationToken = default) => default;

    public bool IsSubscribed(string connectionId, Channel channel) => channel == Channel.Private("orders.7");

    public ValueTask<IReadOnlyList<string>> GetConnectionsAsync(Channel channel, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<string>>([channel.WireName]);

    public ValueTask<IReadOnlyList<PresenceMember>> GetMembersAsync(Channel channel, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<PresenceMember>>([new PresenceMember(channel.WireName, null, default)]);
}
