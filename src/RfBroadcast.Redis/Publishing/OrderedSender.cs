using System.Buffers.Binary;

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
        var arguments = new OrderedArguments(runs, clock.Now, broadcasting.IdempotencyWindow);
        for (var run = runs; run is not null; run = run.NextRun)
        {
            arguments.Add(run, Head(session, run, arguments.Now), acceptance.CountSubscribers(run.Target));
        }

        new OrderedCall(session, line, runs, arguments.Keys, arguments.Values, this).Issue();
    }

    private byte[] Head(RedisSession session, PendingPublish run, long now)
    {
        var channel = run.Target;
        var (count, keys) = run.Count();
        var head = new byte[Envelope.PrefixLength + ScriptHead.Length + 8 + 8 + 1 + 1 + 1];
        _prefix.CopyTo(head, 0);
        var rest = head.AsSpan(_prefix.Length);
        ScriptHead.WriteSeen(ref rest, feeds.Find(channel.Channel)?.Place ?? default);
        BinaryPrimitives.WriteInt64BigEndian(rest, now);
        rest[8] = (byte)count;
        rest[9] = (byte)keys;
        BinaryPrimitives.WriteInt64BigEndian(rest[10..], (long)(options.KeyLifetime + channel.Settings.HistoryAge).TotalMilliseconds);

        // A little longer than the messages are kept, because it is renewed only now and then.
        BinaryPrimitives.WriteInt64BigEndian(rest[18..], (long)channel.Settings.HistoryAge.TotalMilliseconds + 2000);

        // A connection that was lost may have been lost with its server, and this one may lack what that one gave out last.
        rest[26] = channel.ComparedIn == session.Number ? (byte)0 : ScriptHead.ServerIsNew;
        return head;
    }
}
