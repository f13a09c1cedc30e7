namespace RfBroadcast.Tests;

/// <summary>A broadcaster that does one thing wrong, for the suite to find.</summary>
internal sealed class FaultyBroadcaster(IBroadcaster inner, BroadcasterFault fault) : IBroadcaster
{
    private int _published;

    public async ValueTask<BroadcastReceipt> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default)
    {
        var number = Interlocked.Increment(ref _published);
        switch (fault)
        {
            case BroadcasterFault.Loses when number == 2:
                return new BroadcastReceipt([.. request.Event.BroadcastOn().Select(channel => new ChannelReceipt(channel, null, 0))]);
            case BroadcasterFault.Repeats when number == 1:
                await inner.BroadcastAsync(request, cancellationToken);
                break;
            case BroadcasterFault.LeavesNobodyOut:
                request = request with { Except = SenderExclusion.None };
                break;
            case BroadcasterFault.ForgetsKeys:
                request = request with { IdempotencyKey = null };
                break;
            case BroadcasterFault.Hangs:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
        }

        return await inner.BroadcastAsync(request, cancellationToken);
    }

    public ValueTask<SubscribeOutcome> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken = default) =>
        inner.SubscribeAsync(fault == BroadcasterFault.ReplaysNothing ? request with { Since = null } : request, cancellationToken);

    public ValueTask<bool> UnsubscribeAsync(string connectionId, Channel channel, UnsubscribeReason reason = default, CancellationToken cancellationToken = default) =>
        inner.UnsubscribeAsync(connectionId, channel, reason, cancellationToken);

    public ValueTask RemoveConnectionAsync(string connectionId, bool leaveAtOnce, CancellationToken cancellationToken = default) =>
        inner.RemoveConnectionAsync(connectionId, leaveAtOnce || fault == BroadcasterFault.HasNoGrace, cancellationToken);

    public bool IsSubscribed(string connectionId, Channel channel) => inner.IsSubscribed(connectionId, channel);

    public ValueTask<IReadOnlyList<string>> GetConnectionsAsync(Channel channel, CancellationToken cancellationToken = default) =>
        inner.GetConnectionsAsync(channel, cancellationToken);

    public ValueTask<IReadOnlyList<PresenceMember>> GetMembersAsync(Channel channel, CancellationToken cancellationToken = default) =>
        inner.GetMembersAsync(channel, cancellationToken);
}
