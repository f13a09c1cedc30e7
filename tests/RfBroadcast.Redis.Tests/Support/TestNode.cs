using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>A node in this process: its own container, hub and connection to Redis.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    public TestNode(string redis, Action<BroadcastOptions>? configure = null, Action<RedisBroadcastOptions>? configureRedis = null)
        : this(
            options =>
            {
                options.ConnectionString = redis;
                configureRedis?.Invoke(options);
            },
            configure)
    {
    }

    public TestNode(Action<RedisBroadcastOptions> configureRedis, Action<BroadcastOptions>? configure = null)
        : this(new ServiceCollection(), configureRedis, configure)
    {
    }

    /// <summary>A node of an app with a multiplexer of its own.</summary>
    public TestNode(IConnectionMultiplexer multiplexer)
        : this(new ServiceCollection().AddSingleton(multiplexer), static _ => { }, configure: null)
    {
    }

    private TestNode(IServiceCollection services, Action<RedisBroadcastOptions> configureRedis, Action<BroadcastOptions>? configure)
    {
        _provider = services
            .AddLogging()
            .AddBroadcastingCore(options =>
            {
                options.Channels.For("history.{**rest}", channel => channel.KeepHistory(100, TimeSpan.FromMinutes(5)));
                configure?.Invoke(options);
            })
            .UseRedis(configureRedis)
            .Services.BuildServiceProvider();
    }

    public RedisBroadcaster Broadcaster => _provider.GetRequiredService<RedisBroadcaster>();

    public LocalHub Hub => _provider.GetRequiredService<LocalHub>();

    public IBroadcastConnections Connections => _provider.GetRequiredService<IBroadcastConnections>();

    public RecordingConnection Connect(string id, string? userId = null) => Hub.Connect(id, userId);

    /// <summary>Ends as an app does: tells the other nodes.</summary>
    public async Task StopAsync()
    {
        foreach (var service in _provider.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    // On a thread of its own, and waited for no longer than anything else: a node that has locked itself up fails its test, and does not hang it.
    public async ValueTask DisposeAsync() => await Task.Run(async () => await _provider.DisposeAsync()).InTimeAsync();
}
