namespace RfBroadcast.Redis;

/// <summary>The commands of a session that are under way, oldest first. Thread-safe; adding and removing cost the same however many there are.</summary>
internal sealed class RedisCallList(TimeProvider time)
{
    private readonly Lock _gate = new();
    private PendingCall? _first;
    private PendingCall? _last;
    private Exception? _end;

    public void Add(PendingCall call)
    {
        lock (_gate)
        {
            if (_end is null)
            {
                call.IssuedAt = time.GetTimestamp();
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

    /// <summary>Gives up those that were issued before a time.</summary>
    /// <param name="issuedBefore">The time; a timestamp.</param>
    /// <param name="fault">Makes what they end with; not called when there are none.</param>
    public void GiveUp(long issuedBefore, Func<Exception> fault)
    {
        Exception? made = null;
        while (TakeFirst(issuedBefore) is { } call)
        {
            call.GiveUp(made ??= fault());
        }
    }

    /// <summary>Gives up all, and those that are added later.</summary>
    public void End(Exception fault)
    {
        lock (_gate)
        {
            _end ??= fault;
        }

        GiveUp(long.MaxValue, () => fault);
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
