namespace RfBroadcast.Redis;

/// <summary>How long to wait before the next attempt: at once first, then a random time that grows to 2 s. It never gives up.</summary>
internal sealed class Backoff
{
    private const double LongestMilliseconds = 2000;
    private const double FirstMilliseconds = 50;

    private int _attempts;

    public TimeSpan Next()
    {
        var attempt = _attempts++;
        if (attempt == 0)
        {
            return TimeSpan.Zero;
        }

        var most = Math.Min(LongestMilliseconds, FirstMilliseconds * Math.Pow(2, Math.Min(attempt, 10)));

        // At least a half, so that a server that is down is not asked without pause.
        return TimeSpan.FromMilliseconds(most * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    public void Reset() => _attempts = 0;
}
