namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>The memory broadcaster, with calls that a test makes fail or wait.</summary>
internal sealed class StubBroadcaster(MemoryBroadcaster inner) : IBroadcaster
{
    public Func<SubscribeRequest, Task>? BeforeSubscribe { get; set; }

    public Func<Channel, Task>? BeforeUnsubscribe { get; set; }

    public Func<BroadcastRequest, Task>? BeforeBroadcast { get; set; }

    public Func<string, Task>? BeforeRemove { get; set; }

    public async ValueTask<BroadcastReceipt> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default)
    {
        await (BeforeBroadcast?.Invoke(request) ?? Task.CompletedTask);
        return await inner.BroadcastAsync(request, cancellationToken);
    }

    public async ValueTask<SubscribeOutcome> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken = default)
    {
        await (BeforeSubscribe?.Invoke(request) ?? Task.CompletedTask);
        return await inner.SubscribeAsync(request, cancellationToken);
    }

    public async ValueTask<bool> UnsubscribeAsync(
        string connectionId,
        Channel channel,
        UnsubscribeReason reason = default,
        CancellationToken cancellationToken = default)
    {
        await (BeforeUnsubscribe?.Invoke(channel) ?? Task.CompletedTask);
        return await inner.UnsubscribeAsync(connectionId, channel, reason, cancellationToken);
    }

    public async ValueTask RemoveConnectionAsync(string connectionId, bool leaveAtOnce, CancellationToken cancellationToken = default)
    {
        await (BeforeRemove?.Invoke(connectionId) ?? Task.CompletedTask);
        await inner.RemoveConnectionAsync(connectionId, leaveAtOnce, cancellationToken);
    }

    public bool IsSubscribed(string connectionId, Channel channel) => inner.IsSubscribed(connectionId, channel);

    public ValueTask<IReadOnlyList<string>> GetConnectionsAsync(Channel channel, CancellationToken cancellationToken = default) =>
        inner.GetConnectionsAsync(channel, cancellationToken);

    public ValueTask<IReadOnlyList<PresenceMember>> GetMembersAsync(Channel channel, CancellationToken cancellationToken = default) =>
        inner.GetMembersAsync(channel, cancellationToken);
}
