using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RfBroadcast;
using RfBroadcast.Redis;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Joins nodes by Redis.</summary>
public static class RedisBroadcastingBuilderExtensions
{
    /// <summary>
    /// Broadcasts through Redis: any number of processes that share one behave as one. Where Redis is comes from the configuration section
    /// <c>Broadcasting:Redis</c>; without it the app's own <see cref="IConnectionMultiplexer"/> is used where it is a service, and otherwise
    /// <c>localhost:6379</c>. The app starts without Redis, too, and goes on trying. <c>Broadcasting:Broadcaster</c> set to
    /// <c>memory</c> switches it off.
    /// </summary>
    /// <param name="builder">What <c>AddBroadcasting()</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static IBroadcastingBuilder UseRedis(this IBroadcastingBuilder builder) => builder.UseRedis(static (RedisBroadcastOptions _) => { });

    /// <summary>As <see cref="UseRedis(IBroadcastingBuilder)"/>, with the server in code.</summary>
    /// <param name="builder">What <c>AddBroadcasting()</c> returned.</param>
    /// <param name="connectionString">Where Redis is, as StackExchange.Redis writes it: <c>host:6379,password=...</c>.</param>
    /// <returns>The same builder.</returns>
    public static IBroadcastingBuilder UseRedis(this IBroadcastingBuilder builder, string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        return builder.UseRedis((RedisBroadcastOptions options) =>
        {
            // Code goes over configuration, which may name a server in another way.
            options.ConnectionString = connectionString;
            options.Host = null;
            options.Port = RedisBroadcastOptions.DefaultPort;
            options.Sentinels = [];
            options.SentinelService = null;
        });
    }

    /// <summary>As <see cref="UseRedis(IBroadcastingBuilder)"/>, with settings in code.</summary>
    /// <param name="builder">What <c>AddBroadcasting()</c> returned.</param>
    /// <param name="configure">The settings.</param>
    /// <returns>The same builder.</returns>
    public static IBroadcastingBuilder UseRedis(this IBroadcastingBuilder builder, Action<RedisBroadcastOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var services = builder.Services;
        if (!services.Any(service => service.ServiceType == typeof(RedisBroadcaster)))
        {
            AddParts(services);
        }

        builder.UseBroadcaster<RedisBroadcaster, RedisConnections>(RedisBroadcastOptions.BroadcasterName);
        services.Configure(configure);
        return builder;
    }

    private static void AddParts(IServiceCollection services)
    {
        services.AddOptions<RedisBroadcastOptions>()
            .Configure<IServiceProvider>((options, provider) => RedisBroadcastSettings.Apply(provider.GetService<IConfiguration>(), options))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisBroadcastOptions>, RedisBroadcastOptionsValidator>());
        services.TryAddSingleton(provider => new RedisBroadcaster(Parts(provider), LoggerOf(provider)));
        services.TryAddSingleton<RedisConnections>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RedisLifetime>());
    }

    private static ILogger<RedisBroadcaster> LoggerOf(IServiceProvider provider) =>
        provider.GetService<ILogger<RedisBroadcaster>>() ?? NullLogger<RedisBroadcaster>.Instance;

    private static RedisBroadcasterParts Parts(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<RedisBroadcastOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        var shared = options.NamesServer ? null : AppMultiplexer.Find(provider);
        if (shared is not null && options.FindServerSetting() is { } setting)
        {
            throw new OptionsValidationException(
                RedisBroadcastOptions.SectionName,
                typeof(RedisBroadcastOptions),
                [$"Broadcasting:Redis:{setting} is set without ConnectionString, Host and Sentinels, so that the app's own IConnectionMultiplexer is used, for which it does not count: say where Redis is, too, or leave it out."]);
        }

        return new RedisBroadcasterParts(
            provider.GetRequiredService<LocalHub>(),
            provider.GetRequiredService<BroadcastPipeline>(),
            provider.GetRequiredService<BroadcastMetrics>(),
            new RedisMetrics(provider.GetService<IMeterFactory>()),
            provider.GetRequiredService<TimerWheel>(),
            provider.GetRequiredService<IOptions<BroadcastOptions>>().Value,
            options,
            new RedisConnector(options, shared, time, LoggerOf(provider)),
            time);
    }
}
