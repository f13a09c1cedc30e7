namespace RfBroadcast.Redis;

/// <summary>
/// One command under way, a link of its session's list: the client's oldest version has no time-out for what is awaited, so the session has. It ends
/// once, whoever is first: the answer, the time-out, or the end of the session.
/// </summary>
internal abstract class PendingCall
{
    private int _hasEnded;

    // Guarded by the list.
    public PendingCall? Previous { get; set; }

    public PendingCall? Next { get; set; }

    public bool IsListed { get; set; }

    /// <summary>When it was issued; a timestamp.</summary>
    public long IssuedAt { get; set; }

    /// <summary>Ends it without an answer.</summary>
    public void GiveUp(Exception fault)
    {
        if (TryEnd())
        {
            Failed(fault);
        }
    }

    protected bool TryEnd() => Interlocked.Exchange(ref _hasEnded, 1) == 0;

    /// <summary>Called when it failed; the fault is as it came. On the client's thread: it must not block.</summary>
    protected abstract void Failed(Exception fault);
}
