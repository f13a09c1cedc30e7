using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Putting in order what arrives, and posting it to the hub.</summary>
internal sealed partial class ChannelFeed
{
    // How long an early envelope may wait for what precedes it, before that counts as missing.
    private static readonly TimeSpan ReorderWindow = TimeSpan.FromMilliseconds(100);

    private readonly EarlyEnvelopes _early;
    private readonly Dictionary<ulong, PublisherSequence> _publishers = [];
    private readonly List<BroadcastMessage> _run = []; // of the envelope that is being applied; the hub gets them at once
    private string? _lastEvent;
    private bool _isDraining;

    /// <summary>Takes what Redis has pushed in a session, on a thread of the client's: nothing here blocks.</summary>
    public void Receive(RedisSession session, RedisValue payload)
    {
        var bytes = (byte[]?)payload;
        if (!Envelope.TryRead(bytes, out var envelope))
        {
            _services.CountUnreadable(bytes, Channel);
            return;
        }

        lock (_gate)
        {
            if (!ReferenceEquals(session, _session) || _isClosed)
            {
                return;
            }

            if (envelope.IsOrdered)
            {
                TakeOrdered(envelope);
            }
            else
            {
                TakePlain(envelope);
            }
        }
    }

    private void TakeOrdered(in Envelope envelope)
    {
        if (!IsOrdered)
        {
            // Another node thinks that this channel has history: the settings differ. Better delivered than lost.
            Apply(envelope, skip: 0);
        }
        else if (_isHealing)
        {
            Keep(envelope);
        }
        else if (envelope.Epoch(_epoch) != _epoch)
        {
            Keep(envelope);
            StartHealing();
        }
        else if (envelope.First > _order + 1)
        {
            Keep(envelope);
            CheckGapLater();
        }
        else if (envelope.Last > _order)
        {
            ApplyInOrder(envelope);
            ApplyEarly();
        }
    }

    private void Keep(in Envelope envelope)
    {
        if (_early.TryAdd(envelope, _services.Time.GetTimestamp()))
        {
            return;
        }

        // No room: it is a gap now, to be read as any other.
        _services.Metrics.Overflowed(envelope.Count);
        Know(envelope.Epoch(_epoch), envelope.Last);
        StartHealing();
    }

    /// <summary>Applies the early ones that are early no more.</summary>
    private void ApplyEarly()
    {
        while (!_isHealing && _early.Count > 0 && _early.First is var envelope && envelope.First <= _order + 1)
        {
            _early.Take(_services.Time.GetTimestamp());
            if (envelope.Epoch(_epoch) == _epoch && envelope.Last > _order)
            {
                ApplyInOrder(envelope);
            }
        }

        TellWaiting();
    }

    /// <summary>Applies an envelope whose turn it is; the items of it that were applied before are skipped.</summary>
    private void ApplyInOrder(in Envelope envelope)
    {
        if (!Apply(envelope, skip: _order + 1 - envelope.First))
        {
            _known = Math.Max(_known, envelope.Last);
            StartHealing();
        }
    }

    /// <summary>Applies an envelope, but for its first items. Its messages are one batch, as they were where they were published.</summary>
    /// <returns>False when a message that is kept had no room: it and what follows must be read from the history.</returns>
    private bool Apply(in Envelope envelope, long skip)
    {
        try
        {
            return ApplyItems(envelope, skip);
        }
        finally
        {
            PostRun();
        }
    }

    private bool ApplyItems(in Envelope envelope, long skip)
    {
        var items = envelope.Items;
        var offset = envelope.FirstOffset;
        for (var order = envelope.First; !items.IsEmpty; order++)
        {
            var (kind, body) = EnvelopeItems.Next(ref items);
            var itsOffset = kind == ItemKind.Kept ? offset++ : 0;
            if (skip-- > 0)
            {
                continue;
            }

            if (!Apply(kind, body, itsOffset))
            {
                return false;
            }

            _order = IsOrdered ? order : _order;
            _offset = kind == ItemKind.Kept ? itsOffset : _offset;
        }

        return true;
    }

    private bool Apply(ItemKind kind, ReadOnlyMemory<byte> body, long offset)
    {
        switch (kind)
        {
            case ItemKind.Kept or ItemKind.Passing:
                return Deliver(MessageItem.Read(body, Channel, offset, ref _lastEvent));
            case ItemKind.Joined or ItemKind.Info when _view is not null:
                var (member, connectionId) = MemberItem.ReadJoined(body.Span);
                Joined(member, connectionId.Length == 0 ? null : connectionId);
                return true;
            case ItemKind.Left when _view is not null:
                Left(MemberItem.ReadLeft(body.Span));
                return true;
            default:
                return true; // of a later version: nothing that this one would tell
        }
    }

    private void Joined(PresenceMember member, string? connectionId)
    {
        if (_view!.Put(member)) // looked at before
        {
            _view.Revision = _services.NextRevision();
            Deliver(new PresenceEdge(Channel, member, IsJoin: true, _view.Revision, connectionId));
        }
    }

    private void Left(string userId)
    {
        if (_view!.Remove(userId) is { } member) // looked at before
        {
            _view.Revision = _services.NextRevision();
            Deliver(new PresenceEdge(Channel, member, IsJoin: false, _view.Revision, Except: null));
        }
    }

    /// <summary>Lets a message be posted with its run, or keeps it until the hub has room. A run begins when there is room, and is as long as its envelope.</summary>
    /// <returns>False when it is kept in the history and there is no room for it anywhere.</returns>
    private bool Deliver(BroadcastMessage message)
    {
        if (_run.Count > 0 || (_backlog.IsEmpty && _services.Hub.HasRoom(Channel)))
        {
            _run.Add(message);
            return true;
        }

        if (_backlog.TryAdd(message))
        {
            DrainLater();
            return true;
        }

        _services.Metrics.Overflowed(1);
        return message.Offset == 0;
    }

    private void Deliver(PresenceEdge edge)
    {
        PostRun();
        if (_backlog.IsEmpty)
        {
            _services.Hub.Publish(edge);
        }
        else
        {
            _backlog.Add(edge);
        }
    }

    private void PostRun()
    {
        if (_run.Count > 0)
        {
            _services.Hub.Publish(Channel, CollectionsMarshal.AsSpan(_run));
            _run.Clear();
        }
    }

    private void DrainLater()
    {
        if (!_isDraining)
        {
            _isDraining = true;
            _ = Task.Run(DrainAsync, CancellationToken.None);
        }
    }

    /// <summary>Posts what waits, as the hub has room. It ends when nothing waits, or with the node.</summary>
    private async Task DrainAsync()
    {
        try
        {
            while (true)
            {
                await _services.Hub.WaitForRoomAsync(Channel, _services.Stopping.Token).ConfigureAwait(false);
                lock (_gate)
                {
                    while (_services.Hub.HasRoom(Channel) && _backlog.TryTake(out var item))
                    {
                        Post(item!); // taken
                    }

                    if (_backlog.IsEmpty)
                    {
                        _isDraining = false;
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (_services.Stopping.IsCancellationRequested)
        {
            // The node ends.
        }
    }

    private void Post(object item)
    {
        if (item is BroadcastMessage message)
        {
            _services.Hub.Publish(message);
        }
        else
        {
            _services.Hub.Publish((PresenceEdge)item);
        }
    }
}
