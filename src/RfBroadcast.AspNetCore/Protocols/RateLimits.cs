using System.Threading.RateLimiting;

namespace RfBroadcast.AspNetCore;

/// <summary>Token buckets without a timer of their own: they are refilled when they are asked.</summary>
internal static class RateLimits
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>A full bucket of <paramref name="burst"/> tokens that gets <paramref name="refill"/> back each second.</summary>
    public static TokenBucketRateLimiter PerSecond(int burst, int refill)
    {
        // A tenth of a second where a whole token fits in it, else as long as one token takes.
        var perPeriod = Math.Max(1, refill / 10);
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            AutoReplenishment = false,
            QueueLimit = 0,
            TokenLimit = burst,
            TokensPerPeriod = perPeriod,
            ReplenishmentPeriod = refill >= 10 ? Period * ((double)perPeriod * 10 / refill) : TimeSpan.FromSeconds(1.0 / refill),
        });
    }

    /// <summary>Takes one token, or says when there will be one.</summary>
    public static bool TryTake(TokenBucketRateLimiter limiter, out TimeSpan retryAfter)
    {
        limiter.TryReplenish();
        using var lease = limiter.AttemptAcquire();
        retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : limiter.ReplenishmentPeriod;
        return lease.IsAcquired;
    }
}
