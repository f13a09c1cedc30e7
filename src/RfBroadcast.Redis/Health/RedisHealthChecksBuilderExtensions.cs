using Microsoft.Extensions.Diagnostics.HealthChecks;
using RfBroadcast;
using RfBroadcast.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shows in the app's health whether Redis can be reached.</summary>
public static class RedisHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that is healthy while broadcasting has a working connection to Redis, and degraded while it has none: what is local goes on, and
    /// it is tried again for ever. It is never unhealthy, so that nobody restarts the app for it. It asks nothing of Redis itself.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks()</c> returned.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="tags">Its tags, or null.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddRedisBroadcasting(this IHealthChecksBuilder builder, string name = "redis-broadcasting", IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            static provider => new RedisBroadcastHealthCheck(provider.GetRequiredService<IBroadcaster>()),
            HealthStatus.Degraded,
            tags));
    }
}
