using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RfBroadcast;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the core of broadcasting.</summary>
public static class BroadcastingCoreServiceCollectionExtensions
{
    /// <summary>
    /// Adds broadcasting without an end point for clients, for processes that only publish; a web app calls
    /// <c>AddBroadcasting()</c>. Settings come from the configuration section <c>Broadcasting</c>, if there is one, and code
    /// goes over it; a wrong one stops the start. The broadcaster is in memory unless a back end is added to the builder.
    /// Calling it again adds only the configuration.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Settings in code.</param>
    public static IBroadcastingBuilder AddBroadcastingCore(this IServiceCollection services, Action<BroadcastOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(service => service.ServiceType == typeof(BroadcastPipeline)))
        {
            AddParts(services);
        }

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return new BroadcastingBuilder(services);
    }

    private static void AddParts(IServiceCollection services)
    {
        services.AddOptions<BroadcastOptions>()
            .Configure<IServiceProvider>((options, provider) => BroadcastSettings.Apply(provider.GetService<IConfiguration>(), options))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BroadcastOptions>, BroadcastOptionsValidator>());

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TimerWheel>();
        services.TryAddSingleton(provider => new BroadcastMetrics(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(provider => new HookDispatcher(
            provider.GetServices<IBroadcastHooks>(),
            provider.GetService<ILogger<HookDispatcher>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new LocalHub(
            provider.GetRequiredService<IOptions<BroadcastOptions>>(),
            provider.GetRequiredService<BroadcastMetrics>(),
            provider.GetRequiredService<HookDispatcher>(),
            provider.GetService<ILogger<LocalHub>>()));
        services.TryAddSingleton(provider => new BroadcastSerializer(provider.GetRequiredService<IOptions<BroadcastOptions>>().Value.Json));
        services.TryAddSingleton(provider => new BroadcastPipeline(
            provider.GetRequiredService<IOptions<BroadcastOptions>>(),
            provider.GetRequiredService<BroadcastSerializer>(),
            provider.GetServices<IBroadcastDriver>(),
            provider.GetService<ICurrentSender>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<BroadcastPipeline>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IBroadcastDriver, LogBroadcastDriver>(provider =>
            new LogBroadcastDriver(provider.GetService<ILogger<LogBroadcastDriver>>() ?? NullLogger<LogBroadcastDriver>.Instance)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IBroadcastDriver, NullBroadcastDriver>());
        services.TryAddSingleton(provider => new MemoryBroadcaster(
            provider.GetRequiredService<LocalHub>(),
            provider.GetRequiredService<BroadcastPipeline>(),
            provider.GetRequiredService<TimerWheel>(),
            provider.GetRequiredService<IOptions<BroadcastOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new LocalConnections(provider.GetRequiredService<LocalHub>(), provider.GetRequiredService<IBroadcaster>()));
        services.AddSingleton(BroadcasterRegistration.OfMemory);
        services.TryAddSingleton(provider => new ChosenBroadcaster(
            provider.GetRequiredService<IOptions<BroadcastOptions>>(),
            provider.GetServices<BroadcasterRegistration>(),
            provider));
        services.TryAddSingleton(provider => provider.GetRequiredService<ChosenBroadcaster>().Broadcaster);
        services.TryAddSingleton(provider => provider.GetRequiredService<ChosenBroadcaster>().History);
        services.TryAddSingleton(provider => provider.GetRequiredService<ChosenBroadcaster>().Connections);
    }
}
