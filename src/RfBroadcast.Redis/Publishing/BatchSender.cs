namespace RfBroadcast.Redis;

/// <summary>Sends batches over the connection that works, in the way of their channel.</summary>
internal sealed class BatchSender(RedisLink link, PlainSender plain, OrderedSender ordered, TimeSpan wait) : IBatchSender
{
    public void Send(PublishQueue queue, PendingPublish batch)
    {
        if (link.Session is { } session)
        {
            Send(session, queue, batch);
        }
        else
        {
            _ = WaitAndSendAsync(queue, batch); // its faults go to the publishers
        }
    }

    private async Task WaitAndSendAsync(PublishQueue queue, PendingPublish batch)
    {
        try
        {
            var session = await link.GetAsync(wait, CancellationToken.None).ConfigureAwait(false);
            Send(session, queue, batch);
        }
        catch (Exception fault)
        {
            batch.FailAll(fault);
            queue.Done();
        }
    }

    private void Send(RedisSession session, PublishQueue queue, PendingPublish batch)
    {
        if (queue.IsOrdered)
        {
            ordered.Send(session, queue, batch);
        }
        else
        {
            plain.Send(session, queue, batch);
        }
    }
}
