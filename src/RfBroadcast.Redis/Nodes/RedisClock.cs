namespace RfBroadcast.Redis;

/// <summary>What the clock of Redis shows, as far as this node knows: from every heartbeat's answer, and this machine's timer since. Thread-safe.</summary>
internal sealed class RedisClock(TimeProvider time)
{
    private Reading _last = new(time.GetUtcNow().ToUnixTimeMilliseconds(), time.GetTimestamp());

    /// <summary>Unix time in ms.</summary>
    public long Now
    {
        get
        {
            var last = Volatile.Read(ref _last);
            return last.Time + (long)time.GetElapsedTime(last.At).TotalMilliseconds;
        }
    }

    public void Set(long now) => Volatile.Write(ref _last, new Reading(now, time.GetTimestamp()));

    private sealed record Reading(long Time, long At);
}
