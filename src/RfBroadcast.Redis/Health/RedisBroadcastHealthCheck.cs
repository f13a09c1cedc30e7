using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RfBroadcast.Redis;

/// <summary>Healthy while there is a working connection to Redis; degraded while there is none, since local connections live on. Never worse than that.</summary>
/// <param name="broadcaster">The broadcaster that was chosen; it need not be Redis.</param>
internal sealed class RedisBroadcastHealthCheck(IBroadcaster broadcaster) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(broadcaster switch
    {
        RedisBroadcaster { IsConnected: false } redis => HealthCheckResult.Degraded(redis.Fault?.Message ?? "Redis could not be reached yet.", redis.Fault),
        RedisBroadcaster => HealthCheckResult.Healthy("Connected to Redis."),
        _ => HealthCheckResult.Healthy("The app broadcasts without Redis (Broadcasting:Broadcaster)."),
    });
}
