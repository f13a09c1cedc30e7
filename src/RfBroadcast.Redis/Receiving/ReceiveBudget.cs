namespace RfBroadcast.Redis;

/// <summary>How many bytes of all channels may wait between Redis and the hub. Thread-safe.</summary>
internal sealed class ReceiveBudget(long limit)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>Takes some, unless that is more than there is.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
