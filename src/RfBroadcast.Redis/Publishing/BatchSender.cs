namespace RfBroadcast.Redis;

/// <summary>Sends batches over the connection that works, in the way of their channel.</summary>
internal sealed class BatchSender(RedisLink link, PlainSender plain, OrderedSender ordered, TimeSpan wait) : IBatchSender
{
    public Task SendAsync(PublishQueue queue, PendingPublish batch) =>
        link.Session is { } session ? SendAsync(session, queue, batch) : WaitAndSendAsync(queue, batch);

    private async Task WaitAndSendAsync(PublishQueue queue, PendingPublish batch)
    {
        var session = await link.GetAsync(wait, CancellationToken.None).ConfigureAwait(false);
        await SendAsync(session, queue, batch).ConfigureAwait(false);
    }

    private Task SendAsync(RedisSession session, PublishQueue queue, PendingPublish batch) =>
        queue.IsOrdered ? ordered.SendAsync(session, queue, batch) : plain.SendAsync(session, queue, batch);
}
