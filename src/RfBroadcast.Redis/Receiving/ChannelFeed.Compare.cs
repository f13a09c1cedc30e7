namespace RfBroadcast.Redis;

/// <summary>Taking what was read of an ordered channel, in place of what did not arrive.</summary>
internal sealed partial class ChannelFeed
{
    private WheelEntry? _holdEnd;
    private bool _holdsLeaves;

    /// <summary>Takes what was read, up to where it was read.</summary>
    /// <returns>False when there is more to read.</returns>
    private bool TakeReading(ChannelReading? reading, ChannelTops membersTops, List<PresenceMember>? members)
    {
        var tops = reading?.Tops ?? membersTops;
        var former = _epoch;
        _isServerNew = false;
        if (_epoch is null)
        {
            (_epoch, _offset) = (tops.Epoch, tops.Offset);
        }
        else if (reading is { Failure: not RecoveryFailure.None } || (reading is null && tops.Epoch != _epoch))
        {
            Lose(tops);
        }
        else if (reading is not null)
        {
            foreach (var message in reading.Messages)
            {
                _run.Add(message); // a page, for which there was room
                _offset = message.Offset;
            }

            PostRun();

            _services.Metrics.Filled(reading.Messages.Count);
            if (_offset < tops.Offset)
            {
                return false;
            }
        }

        if (members is not null)
        {
            if (membersTops.Epoch != _epoch || (_settings.KeepsHistory && membersTops.Offset != _offset))
            {
                return false; // something was published between the two readings
            }

            Compare(members);
            tops = membersTops;
        }

        PassOver(tops.Order, former);
        return true;
    }

    /// <summary>Messages are gone, or the store is another one.</summary>
    private void Lose(ChannelTops tops)
    {
        if (tops.Epoch != _epoch && _view is not null)
        {
            HoldLeaves();
            _services.StoreChanged(Channel);
        }

        (_epoch, _offset) = (tops.Epoch, tops.Offset);
        if (!_settings.KeepsHistory)
        {
            return; // clients hold no position; members are compared
        }

        _backlog.Clear();
        _services.Metrics.Told();
        Log.GapTold(_services.Logger, Channel.WireName);
        _ = _services.Hub.EndAllAsync(Channel, UnsubscribeReason.Gap, _services.Ended).AsTask();
    }

    /// <summary>
    /// In a new store the nodes write their joins anew, one sooner and another later. Until each has had the time of a lease for it, who is not there
    /// has not left.
    /// </summary>
    private void HoldLeaves()
    {
        _holdsLeaves = true;
        _holdEnd?.Cancel();
        _holdEnd = _services.Wheel.Schedule(
            _services.Options.Lease,
            () => ThreadPool.UnsafeQueueUserWorkItem(static feed => feed.EndHold(), this, preferLocal: false));
    }

    private void EndHold()
    {
        lock (_gate)
        {
            _holdsLeaves = false;
            if (!_isClosed)
            {
                _isCompareDue = true;
                StartHealing();
            }
        }
    }

    /// <summary>Posts the edges between the members known here and those there are.</summary>
    private void Compare(List<PresenceMember> members)
    {
        var there = new HashSet<string>(members.Count, StringComparer.Ordinal);
        foreach (var member in members)
        {
            there.Add(member.UserId);
        }

        foreach (var gone in _holdsLeaves ? [] : _view!.Without(there)) // a presence channel
        {
            Left(gone.UserId);
        }

        foreach (var member in members)
        {
            Joined(member, connectionId: null);
        }
    }

    /// <summary>Goes on after an order. Of what has arrived up to it, only messages that no history keeps were not read.</summary>
    private void PassOver(long order, string? formerEpoch)
    {
        // What was dropped while it was read is still missing.
        _known = _epoch == formerEpoch ? Math.Max(_known, order) : order;
        while (_early.Count > 0)
        {
            var envelope = _early.First;
            var epoch = envelope.Epoch(_epoch);
            if (epoch == _epoch && envelope.Last > order)
            {
                break; // it, or a part of it, is news
            }

            _early.Take(_services.Time.GetTimestamp());
            if (epoch == _epoch)
            {
                DeliverPassing(envelope);
            }
            else if (epoch != formerEpoch)
            {
                _isCompareDue = true; // of a newer epoch than what was read
            }
        }

        _order = order;
    }

    private void DeliverPassing(in Envelope envelope)
    {
        var items = envelope.Items;
        for (var order = envelope.First; !items.IsEmpty; order++)
        {
            var (kind, body) = EnvelopeItems.Next(ref items);
            if (kind == ItemKind.Passing && order > _order)
            {
                Deliver(MessageItem.Read(body, Channel, offset: 0, ref _lastEvent));
            }
        }

        PostRun();
    }
}
