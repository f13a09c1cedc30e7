namespace RfBroadcast.Redis;

/// <summary>
/// Publishes on channels with history or presence: one call of the script that gives out orders, for a whole batch. In a cluster, where a script can
/// touch the keys of one channel alone, a call for each channel.
/// </summary>
internal sealed class OrderedSender(
    ulong publisher,
    FeedDirectory feeds,
    Acceptance acceptance,
    RedisClock clock,
    BroadcastOptions broadcasting,
    RedisBroadcastOptions options)
{
    private readonly byte[] _prefix = Envelope.OrderedPrefix(publisher);

    public Acceptance Acceptance => acceptance;

    public void Send(RedisSession session, PublishLine line, PendingPublish batch)
    {
        var runs = batch.GatherRuns();
        if (session.IsCluster && runs.NextRun is not null)
        {
            SendEach(session, line, runs);
        }
        else
        {
            SendTogether(session, line, runs);
        }
    }

    /// <summary>Sends each run by itself. The line is told when each of them has ended.</summary>
    public void SendEach(RedisSession session, PublishLine line, PendingPublish runs)
    {
        for (PendingPublish? run = runs; run is not null;)
        {
            var next = run.NextRun;
            run.NextRun = null;
            if (next is not null)
            {
                line.Begin(); // the last one has what the batch had
            }

            try
            {
                SendTogether(session, line, run);
            }
            catch (Exception fault)
            {
                run.FailAll(fault); // it could not even be written: the others go on without it
                line.Done();
            }

            run = next;
        }
    }

    /// <summary>Tells a channel's feed, if this node has one, where the channel stands in Redis.</summary>
    public void Observe(PublishedChannel channel, in ChannelTops tops) => feeds.Find(channel.Channel)?.Observe(tops.Epoch, tops.Order);

    private void SendTogether(RedisSession session, PublishLine line, PendingPublish runs)
    {
        var arguments = new OrderedArguments(runs, _prefix, clock.Now, broadcasting.IdempotencyWindow);
        for (var run = runs; run is not null; run = run.NextRun)
        {
            arguments.Add(run, HeadOf(run, session), acceptance.CountSubscribers(run.Target));
        }

        new OrderedCall(session, line, runs, arguments.Keys, arguments.Values, this).Issue();
    }

    private RunHead HeadOf(PendingPublish run, RedisSession session)
    {
        var channel = run.Target;
        var (count, keys) = run.Count();
        var settings = channel.Settings;

        // A connection that was lost may have been lost with its server, and this one may lack what that one gave out last.
        var isServerNew = channel.ComparedIn != session.Number;
        return new RunHead(count, keys, isServerNew, settings, options.KeyLifetime + settings.HistoryAge, feeds.Find(channel.Channel)?.Place ?? default);
    }
}
