using Microsoft.Extensions.Hosting;

namespace RfBroadcast.Redis;

/// <summary>Begins to connect when the app starts, without waiting, and tells the other nodes when it ends.</summary>
/// <param name="broadcaster">The broadcaster that was chosen; it need not be Redis.</param>
internal sealed class RedisLifetime(IBroadcaster broadcaster) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        (broadcaster as RedisBroadcaster)?.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => (broadcaster as RedisBroadcaster)?.StopAsync() ?? Task.CompletedTask;
}
