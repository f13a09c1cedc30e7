using System.Buffers;

namespace RfBroadcast;

/// <summary>The fan-out: a run of messages becomes a batch per wire protocol, and every subscription gets its slice.</summary>
internal sealed partial class HubChannel
{
    // What is kept for one subscription while its history is read: it all goes into the connection's queue afterwards.
    private const int MaxKeptBytes = 512 * 1024;

    private readonly List<ProtocolGroup> _groups = [];
    private int _count;
    private long _batches;

    /// <summary>How many connections are subscribed, without a socket or with one.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Add(Subscription subscription)
    {
        var protocol = subscription.Connection.Socket?.Protocol;
        lock (_gate)
        {
            var group = _groups.Find(candidate => ReferenceEquals(candidate.Protocol, protocol));
            if (group is null)
            {
                group = new ProtocolGroup(protocol);
                _groups.Add(group);
            }

            group.Add(subscription);
            _count++;
        }

        if (protocol is not null)
        {
            hub.Metrics.SubscriptionsChanged(1);
        }
    }

    /// <summary>Notes that a client has been told it is subscribed.</summary>
    public void Establish(Subscription subscription)
    {
        subscription.IsEstablished = true;
        if (subscription.Connection.Socket is { } socket)
        {
            hub.Hooks.Subscribed(socket, channel);
        }
    }

    public void Remove(Subscription subscription)
    {
        var protocol = subscription.Connection.Socket?.Protocol;
        lock (_gate)
        {
            _groups.Find(candidate => ReferenceEquals(candidate.Protocol, protocol))?.Remove(subscription);
            _count--;
        }

        if (subscription.Connection.Socket is { } socket)
        {
            hub.Metrics.SubscriptionsChanged(-1);
            if (subscription.IsEstablished)
            {
                hub.Hooks.Unsubscribed(socket, channel);
            }
        }
    }

    /// <summary>Ends a subscription that has not ended, and tells its client when there is a reason to tell.</summary>
    public EndedSubscription End(Subscription subscription, UnsubscribeReason? reason, Action<EndedSubscription>? ended)
    {
        var end = new EndedSubscription(channel, subscription.UserId, subscription.IsEstablished);
        subscription.HasEnded = true;
        Remove(subscription);
        ended?.Invoke(end);
        if (reason is { } told)
        {
            TellUnsubscribed(subscription, told);
        }

        // Last, so that whoever removes the connection meanwhile waits until it has been told.
        hub.Forget(subscription);
        return end;
    }

    /// <summary>Every subscription, at this moment.</summary>
    public List<Subscription> Subscriptions()
    {
        var subscriptions = new List<Subscription>(_count);
        foreach (var group in _groups)
        {
            subscriptions.AddRange(group.Items);
        }

        return subscriptions;
    }

    /// <summary>Notes what became of a client that came back with a position.</summary>
    public void Recovered(RecoveryFailure failure) => hub.Metrics.Recovered(failure);

    /// <summary>The ids of the connections subscribed. From any thread.</summary>
    public List<string> ConnectionIds()
    {
        lock (_gate)
        {
            var ids = new List<string>(_count);
            foreach (var group in _groups)
            {
                foreach (var subscription in group.Items)
                {
                    ids.Add(subscription.Connection.Id);
                }
            }

            return ids;
        }
    }

    /// <summary>Tells one subscriber that it is subscribed.</summary>
    public void Tell(Subscription subscription, SubscribedFrame frame) => Tell(subscription, frame, []);

    /// <summary>Tells one subscriber that it is subscribed, and sends what it missed, whatever its floors.</summary>
    public void Tell(Subscription subscription, SubscribedFrame frame, List<BroadcastMessage> missed) =>
        subscription.Connection.Tell(
            (Channel: this, frame, missed),
            static (socket, start) => socket.SendStart(
                start.frame,
                Encode(socket, start.frame),
                new Replay(start.Channel, socket.Protocol.Unshared, start.missed)));

    /// <summary>Tells one subscriber that its subscription has ended.</summary>
    public void TellUnsubscribed(Subscription subscription, UnsubscribeReason reason) =>
        subscription.Connection.Tell((channel, reason), static (socket, ended) =>
        {
            var output = new ArrayBufferWriter<byte>();
            socket.Protocol.Unshared.WriteUnsubscribed(output, ended.channel, ended.reason);
            socket.SendControl(output.WrittenMemory);
        });

    /// <summary>Delivers a slice to one subscription: to its connection, or to what it keeps while it recovers.</summary>
    /// <returns>How many frames went to the connection.</returns>
    public int Deliver(Subscription subscription, in BatchSlice slice) => subscription.Take(slice, Math.Min(options.RecoveryBytes, MaxKeptBytes));

    private static ReadOnlyMemory<byte> Encode(IConnection socket, SubscribedFrame frame)
    {
        var output = new ArrayBufferWriter<byte>();
        socket.Protocol.Unshared.WriteSubscribed(output, frame);
        return output.WrittenMemory;
    }

    /// <summary>Encodes an item; one that cannot be is logged and left out.</summary>
    public bool TryAdd(BatchBuilder builder, IWireProtocol protocol, object item)
    {
        try
        {
            builder.Add(protocol, item);
            return true;
        }
        catch (Exception fault)
        {
            Log.EncodingFailed(logger, fault, channel.WireName, protocol.Name);
            return false;
        }
    }

    private void FanOut(ReadOnlySpan<object> run)
    {
        if (run.IsEmpty)
        {
            return;
        }

        foreach (var group in _groups)
        {
            if (group.Protocol is not null && group.Count > 0)
            {
                FanOut(run, group, group.Protocol);
            }
        }

        foreach (var item in run)
        {
            if (item is BroadcastMessage { Offset: > 0 } message)
            {
                LastOffset = message.Offset;
            }
        }
    }

    private void FanOut(ReadOnlySpan<object> run, ProtocolGroup group, IWireProtocol protocol)
    {
        var builder = BatchBuilder.OfThread;
        builder.Clear();
        foreach (var item in run)
        {
            if (TryAdd(builder, protocol, item) && builder.Length >= Batch.MaxBytes)
            {
                FanOut(group, builder.Build(channel, Settings.Overflow));
            }
        }

        while (builder.Count > 0)
        {
            FanOut(group, builder.Build(channel, Settings.Overflow));
        }
    }

    private void FanOut(ProtocolGroup group, Batch batch)
    {
        _batches++;
        if (batch.HasExceptions)
        {
            MarkLeftOut(batch);
        }

        var whole = new BatchSlice(batch, 0, batch.Frames.Length);
        long delivered = 0;
        for (var rest = group.Items; !rest.IsEmpty; rest = rest[1..])
        {
            LookAhead(rest);
            var subscription = rest[0];
            if (subscription.TakesWhole(batch, _batches))
            {
                subscription.Send(whole);
                delivered += whole.Count;
            }
            else
            {
                delivered += Deliver(subscription, whole);
            }
        }

        hub.Metrics.Delivered(delivered);
    }

    /// <summary>
    /// With many connections nothing on the way to the next one is in the processor's cache any more, and waiting for it costs as much as all else that is done
    /// here. So it is fetched some deliveries ahead: each object by one more, because its address is in the one before it.
    /// </summary>
    private static void LookAhead(ReadOnlySpan<Subscription> rest)
    {
        if (!Prefetch.IsSupported || rest.Length <= Subscription.Steps)
        {
            return;
        }

        Prefetch.Object(rest[Subscription.Steps]);
        for (var step = 1; step < Subscription.Steps; step++)
        {
            rest[Subscription.Steps - step].Fetch(step);
        }
    }

    /// <summary>Marks the few subscriptions that some frame leaves out, so that the others need no look at the index.</summary>
    private void MarkLeftOut(Batch batch)
    {
        foreach (ref readonly var frame in batch.Frames)
        {
            if (frame.Except is not null && hub.FindSubscription(frame.Except, channel.WireName) is { } subscription)
            {
                subscription.LeftOutOf = _batches;
            }
        }
    }
}
