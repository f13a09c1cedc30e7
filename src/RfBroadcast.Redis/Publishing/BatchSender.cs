namespace RfBroadcast.Redis;

/// <summary>Sends batches over the connection that works, in the way of their channel.</summary>
internal sealed class BatchSender(RedisLink link, PlainSender plain, OrderedSender ordered, TimeSpan wait, TimeProvider time) : IBatchSender
{
    public void Send(PublishQueue queue, PendingPublish batch)
    {
        if (link.Session is { } session && queue.Waiting.IsCompleted)
        {
            Send(session, queue, batch);
        }
        else
        {
            queue.Waiting = WaitAndSendAsync(queue.Waiting, queue, batch); // its faults go to the publishers
        }
    }

    /// <summary>Waits for a connection, each message no longer than its publisher may have to wait, however long it was queued.</summary>
    private async Task WaitAndSendAsync(Task earlier, PublishQueue queue, PendingPublish first)
    {
        await earlier.ConfigureAwait(false);
        for (PendingPublish? batch = first; batch is not null;)
        {
            RedisSession session;
            try
            {
                var left = wait - time.GetElapsedTime(batch.Since);
                session = await link.GetAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception fault)
            {
                batch = batch.FailOlder(time.GetTimestamp() - (long)(wait.TotalSeconds * time.TimestampFrequency), fault);
                continue;
            }

            Send(session, queue, batch);
            return;
        }

        queue.Done();
    }

    private void Send(RedisSession session, PublishQueue queue, PendingPublish batch)
    {
        try
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
        catch (Exception fault)
        {
            // It could not even be written: the queue goes on without it.
            batch.FailAll(fault);
            queue.Done();
        }
    }
}
