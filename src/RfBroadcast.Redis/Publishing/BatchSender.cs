namespace RfBroadcast.Redis;

/// <summary>Sends batches over the connection that works, in the way of their line.</summary>
internal sealed class BatchSender(RedisLink link, PlainSender plain, OrderedSender ordered, TimeSpan wait, TimeProvider time) : IBatchSender
{
    public bool IsCluster => link.Session is { IsCluster: true };

    public void Send(PublishLine line, PendingPublish batch)
    {
        if (link.Session is { } session && line.Waiting.IsCompleted)
        {
            Send(session, line, batch);
        }
        else
        {
            line.Waiting = WaitAndSendAsync(line.Waiting, line, batch); // its faults go to the publishers
        }
    }

    /// <summary>Waits for a connection, each message no longer than its publisher may have to wait, however long it was queued.</summary>
    private async Task WaitAndSendAsync(Task earlier, PublishLine line, PendingPublish first)
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

            Send(session, line, batch);
            return;
        }

        line.Done();
    }

    private void Send(RedisSession session, PublishLine line, PendingPublish batch)
    {
        try
        {
            if (line.IsOrdered)
            {
                ordered.Send(session, line, batch);
            }
            else
            {
                plain.Send(session, line, batch);
            }
        }
        catch (Exception fault)
        {
            // It could not even be written: the line goes on without it.
            batch.FailRuns(fault);
            line.Done();
        }
    }
}
