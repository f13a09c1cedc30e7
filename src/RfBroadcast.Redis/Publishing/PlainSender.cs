using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// Publishes on channels without history and presence. What is for one channel goes as a PUBLISH; what is for several, as one script call that does the
/// same for each. Order comes from this process's own numbers.
/// </summary>
internal sealed class PlainSender(ulong publisher, Acceptance acceptance, TimeSpan idempotencyWindow, TimeProvider time)
{
    // Longer than any message of the same publisher may be on its way.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    public void Send(RedisSession session, PublishLine line, PendingPublish batch)
    {
        if (batch.IdempotencyKey is { } key)
        {
            _ = PublishOnceAsync(session, batch, key); // its faults go to the publisher
            line.Done(); // what comes after it does not wait for it
            return;
        }

        var runs = batch.GatherRuns();
        if (runs.NextRun is null)
        {
            session.Publish(runs.Target.Keys.Topic, Write(runs, time.GetTimestamp()), new PlainCall(line, runs, acceptance));
        }
        else
        {
            new PlainRunsCall(session, line, runs, Write(runs), acceptance).Issue();
        }
    }

    /// <summary>The topics and envelopes of several runs.</summary>
    private RedisValue[] Write(PendingPublish runs)
    {
        var count = 0;
        for (var run = runs; run is not null; run = run.NextRun)
        {
            count++;
        }

        var now = time.GetTimestamp();
        var values = new RedisValue[2 * count];
        var next = 0;
        for (var run = runs; run is not null; run = run.NextRun)
        {
            values[next++] = run.Target.Keys.TopicName;
            values[next++] = Write(run, now);
        }

        return values;
    }

    /// <summary>The envelope of one run.</summary>
    private byte[] Write(PendingPublish run, long now)
    {
        var size = Envelope.PlainHeader;
        var count = 0;
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            size += publish.Size;
            count++;
        }

        var channel = run.Target;
        var envelope = GC.AllocateUninitializedArray<byte>(size);
        Envelope.WritePlainHeader(envelope, publisher, channel.NextSequence, Leads(channel, now));
        channel.NextSequence += count;
        var rest = envelope.AsSpan(Envelope.PlainHeader);
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            MessageItem.Write(ref rest, publish.Message, publish.Kind);
        }

        return envelope;
    }

    private bool Leads(PublishedChannel channel, long now)
    {
        var before = channel.LastIssued;
        channel.LastIssued = now;
        return before == 0 || time.GetElapsedTime(before, now) > Quiet;
    }

    private async Task PublishOnceAsync(RedisSession session, PendingPublish publish, string key)
    {
        try
        {
            var channel = publish.Target;
            var sequence = channel.NextSequence;
            var envelope = Write(publish, time.GetTimestamp());
            var empty = new byte[Envelope.PlainHeader];
            Envelope.WritePlainHeader(empty, publisher, sequence, leads: false);
            var subscribers = acceptance.CountSubscribers(channel);
            var before = await session.RunAsync(
                RedisScripts.PublishOnce,
                [channel.Keys.OnceOf(key)],
                [channel.Keys.TopicName, envelope, empty, Math.Max(1, (long)idempotencyWindow.TotalMilliseconds), subscribers],
                isWrite: true).ConfigureAwait(false);
            var counted = before.IsNull ? subscribers : int.Parse((string)before!, NumberStyles.None, CultureInfo.InvariantCulture); // looked at
            acceptance.Accept(publish, channel.ReceiptWith(counted), acceptance.Now);
        }
        catch (Exception fault)
        {
            publish.FailAll(fault);
        }
    }
}
