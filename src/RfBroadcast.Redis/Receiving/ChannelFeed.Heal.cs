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
    private bool _isServerNew; // until the first reading in a session that is not the first
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
        string? said = null;
        while (true)
        {
            try
            {
                await CompareAsync(session).ConfigureAwait(false);
                return;
            }
            catch (Exception fault)
            {
                if (fault.Message != said)
                {
                    said = fault.Message;
                    Log.HealFailed(_services.Logger, fault, Channel.WireName);
                }

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
            return (Place with { IsServerNew = _isServerNew }, new ChannelPosition(_epoch ?? "", _offset));
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
