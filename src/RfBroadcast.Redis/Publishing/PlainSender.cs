using System.Globalization;

namespace RfBroadcast.Redis;

/// <summary>
/// Publishes on channels without history and presence: a PUBLISH for each batch. Order comes from this process's own numbers.
/// </summary>
internal sealed class PlainSender(ulong publisher, LocalHub hub, TimeSpan idempotencyWindow, TimeProvider time)
{
    // Longer than any message of the same publisher may be on its way.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    public void Send(RedisSession session, PublishQueue queue, PendingPublish batch)
    {
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            if (publish.IdempotencyKey is not null)
            {
                _ = SendSinglyAsync(session, queue, batch); // faults go to the publishers
                return;
            }
        }

        session.Publish(queue.Keys.Topic, Write(queue, batch), new PlainCall(queue, batch, hub));
    }

    private byte[] Write(PublishQueue queue, PendingPublish batch)
    {
        var size = Envelope.PlainHeader;
        var count = 0;
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            size += publish.Size;
            count++;
        }

        var envelope = GC.AllocateUninitializedArray<byte>(size);
        Envelope.WritePlainHeader(envelope, publisher, queue.NextSequence, Leads(queue));
        queue.NextSequence += count;
        var rest = envelope.AsSpan(Envelope.PlainHeader);
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            MessageItem.Write(ref rest, publish.Message, publish.Kind);
        }

        return envelope;
    }

    private bool Leads(PublishQueue queue)
    {
        var before = queue.LastIssued;
        queue.LastIssued = time.GetTimestamp();
        return before == 0 || time.GetElapsedTime(before, queue.LastIssued) > Quiet;
    }

    /// <summary>Sends each message by itself: one with an idempotency key is a script call of its own.</summary>
    private async Task SendSinglyAsync(RedisSession session, PublishQueue queue, PendingPublish batch)
    {
        var sends = new List<Task>();
        for (var publish = batch; publish is not null;)
        {
            var next = publish.Next;
            publish.Next = null;
            sends.Add(SendOneAsync(session, queue, publish));
            publish = next;
        }

        await Task.WhenAll(sends).ConfigureAwait(false);
        queue.Done();
    }

    private async Task SendOneAsync(RedisSession session, PublishQueue queue, PendingPublish publish)
    {
        try
        {
            await (publish.IdempotencyKey is { } key ? PublishOnceAsync(session, queue, publish, key) : PublishAsync(session, queue, publish)).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            publish.FailAll(fault);
        }
    }

    private async Task PublishAsync(RedisSession session, PublishQueue queue, PendingPublish publish)
    {
        await session.PublishAsync(queue.Keys.Topic, Write(queue, publish)).ConfigureAwait(false);
        publish.TrySetResult(new ChannelReceipt(queue.Channel, Position: null, hub.CountSubscribers(queue.Channel)));
    }

    private async Task PublishOnceAsync(RedisSession session, PublishQueue queue, PendingPublish publish, string key)
    {
        var sequence = queue.NextSequence;
        var envelope = Write(queue, publish);
        var empty = new byte[Envelope.PlainHeader];
        Envelope.WritePlainHeader(empty, publisher, sequence, leads: false);
        var subscribers = hub.CountSubscribers(queue.Channel);
        var before = await session.RunAsync(
            RedisScripts.PublishOnce,
            [queue.Keys.OnceOf(key)],
            [queue.Keys.TopicName, envelope, empty, Math.Max(1, (long)idempotencyWindow.TotalMilliseconds), subscribers],
            isWrite: true).ConfigureAwait(false);
        var counted = before.IsNull ? subscribers : int.Parse((string)before!, NumberStyles.None, CultureInfo.InvariantCulture); // looked at
        publish.TrySetResult(new ChannelReceipt(queue.Channel, Position: null, counted));
    }
}
