using System.Diagnostics.CodeAnalysis;

namespace RfBroadcast.Redis;

/// <summary>
/// Finding out what is missing on an ordered channel and filling it in: messages from the history, edges by comparing the members. What
/// cannot be filled in is told: all local subscriptions end with 2500, and their clients come back with their positions.
/// </summary>
internal sealed partial class ChannelFeed
{
    private const int PageBytes = 256 * 1024;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly List<(string Epoch, long Order, TaskCompletionSource Reached)> _waiting = [];
    private WheelEntry? _gapCheck;
    private bool _isGapCheckDue;
    private bool _isHealing;
    private long _known; // the highest order that Redis is known to have given out in this epoch
    private bool _isCompareDue; // another epoch was seen, since the last reading began

    /// <summary>Tells where Redis stands: if what leads there does not arrive soon, it is read.</summary>
    public void Observe(string epoch, long order)
    {
        if (!IsOrdered)
        {
            return;
        }

        lock (_gate)
        {
            if (_epoch is null || _isClosed || (epoch == _epoch && order <= _order))
            {
                return;
            }

            Know(epoch, order);
            CheckGapLater();
        }
    }

    private void Know(string epoch, long order)
    {
        if (epoch == _epoch)
        {
            _known = Math.Max(_known, order);
        }
        else
        {
            _isCompareDue = true; // whatever it is there, it has to be compared
        }
    }

    private bool LacksSomething => _early.Count > 0 || _known > _order || _isCompareDue;

    /// <summary>Waits until everything up to an order has been applied here.</summary>
    /// <exception cref="BroadcasterUnavailableException">It does not arrive, and cannot be read.</exception>
    public async Task ReachAsync(string epoch, long order, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_epoch == epoch && _order >= order)
            {
                return;
            }

            _waiting.Add((epoch, order, reached));
        }

        Observe(epoch, order);
        try
        {
            await reached.Task.WaitAsync(_services.Options.CommandTimeout, _services.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException fault)
        {
            throw new BroadcasterUnavailableException("Redis was asked what happened on the channel, and did not tell in time.", mayHaveBeenSent: false, fault);
        }
    }

    private void TellWaiting()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        // Another epoch than the one waited for is there by reading it anew, which includes what was waited for.
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var (epoch, order, reached) = _waiting[i];
            if (!_isHealing && (epoch != _epoch || order <= _order))
            {
                reached.TrySetResult();
                _waiting.RemoveAt(i);
            }
        }
    }

    private void CheckGapLater()
    {
        if (_isGapCheckDue)
        {
            return;
        }

        _isGapCheckDue = true;
        if (_gapCheck is null)
        {
            _gapCheck = _services.Wheel.Schedule(ReorderWindow, () => ThreadPool.UnsafeQueueUserWorkItem(static feed => feed.CheckGap(), this, preferLocal: false));
        }
        else
        {
            _gapCheck.Reschedule(ReorderWindow);
        }
    }

    private void CheckGap()
    {
        var now = _services.Time.GetTimestamp();
        lock (_gate)
        {
            _isGapCheckDue = false;
            if (_isClosed)
            {
                return;
            }

            if (CheckPlainGaps(now))
            {
                CheckGapLater();
            }

            if (IsOrdered && !_isHealing && LacksSomething)
            {
                if (_early.Count > 0 && _known <= _order && !_isCompareDue && _services.Time.GetElapsedTime(_early.Since, now) < ReorderWindow)
                {
                    CheckGapLater();
                }
                else
                {
                    StartHealing();
                }
            }
        }
    }

    private void StartHealing()
    {
        if (_isHealing || _session is not { } session)
        {
            return;
        }

        _isHealing = true;
        _ = Task.Run(() => HealAsync(session), CancellationToken.None);
    }

    /// <summary>Heals until it is done, or the session is over; the next session compares anyway.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "It must end with a channel that heals again.")]
    private async Task HealAsync(RedisSession session)
    {
        while (true)
        {
            try
            {
                await CompareAsync(session).ConfigureAwait(false);
                return;
            }
            catch (Exception fault)
            {
                Log.HealFailed(_services.Logger, fault, Channel.WireName);
                if (!ReferenceEquals(session, _services.Link.Session))
                {
                    return;
                }
            }

            try
            {
                await Task.Delay(RetryDelay, _services.Time, _services.Stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Reads where the channel stands and what is missing here, and goes on with what has arrived since. While this runs, arrivals wait.
    /// </summary>
    private async Task CompareAsync(RedisSession session)
    {
        while (true)
        {
            await WaitForRoomAsync().ConfigureAwait(false);
            var (place, position) = BeginReading();
            ChannelReading? reading = null;
            if (_settings.KeepsHistory)
            {
                reading = place.SeenEpoch.Length == 0
                    ? await _services.Reader.ReadLastAsync(session, place, last: 0).ConfigureAwait(false)
                    : await _services.Reader.ReadPageAsync(session, place, position, PageBytes).ConfigureAwait(false);
            }

            var members = _view is null ? default : await _services.Reader.ReadMembersAsync(session, place).ConfigureAwait(false);
            lock (_gate)
            {
                if (!ReferenceEquals(session, _session))
                {
                    throw new BroadcasterUnavailableException("The connection to Redis was replaced.", mayHaveBeenSent: false);
                }

                if (TakeReading(reading, members.Tops, members.Members))
                {
                    Resume();
                    return;
                }
            }
        }
    }

    private (ChannelPlace Place, ChannelPosition Position) BeginReading()
    {
        lock (_gate)
        {
            _isCompareDue = false;
            return (Place, new ChannelPosition(_epoch ?? "", _offset));
        }
    }

    /// <summary>Waits until everything that was applied has been posted, so that what is read now comes after it.</summary>
    private async Task WaitForRoomAsync()
    {
        while (true)
        {
            await _services.Hub.WaitForRoomAsync(Channel, _services.Stopping.Token).ConfigureAwait(false);
            lock (_gate)
            {
                if (_backlog.IsEmpty && _services.Hub.HasRoom(Channel))
                {
                    return;
                }
            }

            await Task.Yield(); // the drain posts as there is room
        }
    }

    /// <summary>Takes what was read, up to where it was read.</summary>
    /// <returns>False when there is more to read.</returns>
    private bool TakeReading(ChannelReading? reading, ChannelTops membersTops, List<PresenceMember>? members)
    {
        var tops = reading?.Tops ?? membersTops;
        var former = _epoch;
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
                _services.Hub.Publish(message);
                _offset = message.Offset;
            }

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

    /// <summary>Posts the edges between the members known here and those there are.</summary>
    private void Compare(List<PresenceMember> members)
    {
        var there = new HashSet<string>(members.Count, StringComparer.Ordinal);
        foreach (var member in members)
        {
            there.Add(member.UserId);
        }

        foreach (var gone in _view!.Without(there)) // a presence channel
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
    }

    private void Resume()
    {
        _isHealing = false;
        ApplyEarly();
        if (LacksSomething)
        {
            CheckGapLater();
        }
    }
}
