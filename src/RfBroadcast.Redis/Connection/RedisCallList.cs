namespace RfBroadcast.Redis;

/// <summary>
/// The commands of a session that are under way, oldest first; those that get no answer in time are given up. Thread-safe; adding and removing cost the
/// same however many there are.
/// </summary>
internal sealed class RedisCallList
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly WheelEntry _look;
    private PendingCall? _first;
    private PendingCall? _last;
    private Exception? _end;

    /// <summary>Makes an empty one.</summary>
    /// <param name="wheel">What it looks by, until it ends.</param>
    /// <param name="limit">How long a command may take.</param>
    /// <param name="time">The clock.</param>
    public RedisCallList(TimerWheel wheel, TimeSpan limit, TimeProvider time)
    {
        _limit = limit;
        _time = time;
        _look = wheel.Schedule(LookInterval, Look);
    }

    public void Add(PendingCall call)
    {
        lock (_gate)
        {
            if (_end is null)
            {
                call.IssuedAt = _time.GetTimestamp();
                call.Previous = _last;
                call.IsListed = true;
                if (_last is null)
                {
                    _first = call;
                }
                else
                {
                    _last.Next = call;
                }

                _last = call;
                return;
            }
        }

        call.GiveUp(_end);
    }

    public void Remove(PendingCall call)
    {
        lock (_gate)
        {
            if (call.IsListed)
            {
                Unlink(call);
            }
        }
    }

    /// <summary>Gives up all, and those that are added later.</summary>
    public void End(Exception fault)
    {
        lock (_gate)
        {
            _end ??= fault;
        }

        _look.Cancel();
        while (TakeFirst(issuedBefore: long.MaxValue) is { } call)
        {
            call.GiveUp(fault);
        }
    }

    /// <summary>Gives up those that are too old. Nothing is allocated when there are none.</summary>
    internal void GiveUpOld()
    {
        var issuedBefore = _time.GetTimestamp() - (long)(_limit.TotalSeconds * _time.TimestampFrequency);
        TimeoutException? fault = null;
        while (TakeFirst(issuedBefore) is { } call)
        {
            call.GiveUp(fault ??= new TimeoutException($"Redis did not answer within {_limit} (Broadcasting:Redis:CommandTimeout)"));
        }
    }

    private void Look()
    {
        GiveUpOld();
        lock (_gate)
        {
            // Whoever ends it cancels this afterwards: it must not be scheduled once more after that, or the wheel would keep the session for ever.
            if (_end is null)
            {
                _look.Reschedule(LookInterval);
            }
        }
    }

    private PendingCall? TakeFirst(long issuedBefore)
    {
        lock (_gate)
        {
            var call = _first;
            if (call is null || call.IssuedAt >= issuedBefore)
            {
                return null;
            }

            Unlink(call);
            return call;
        }
    }

    private void Unlink(PendingCall call)
    {
        if (call.Previous is null)
        {
            _first = call.Next;
        }
        else
        {
            call.Previous.Next = call.Next;
        }

        if (call.Next is null)
        {
            _last = call.Previous;
        }
        else
        {
            call.Next.Previous = call.Previous;
        }

        call.Previous = call.Next = null;
        call.IsListed = false;
    }
}
