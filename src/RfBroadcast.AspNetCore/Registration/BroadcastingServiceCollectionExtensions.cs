using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RfBroadcast;
using RfBroadcast.AspNetCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers broadcasting in an ASP.NET Core app.</summary>
public static class BroadcastingServiceCollectionExtensions
{
    /// <summary>
    /// Adds broadcasting: <see cref="IBroadcaster"/> for the app's code, and what the WebSocket end point needs
    /// (<c>app.MapBroadcastWebSockets("/ws")</c>). Settings come from the configuration section <c>Broadcasting</c>, and code
    /// goes over it; a wrong one stops the start and says which and how to mend it. Events become JSON by the app's own
    /// <see cref="JsonOptions"/>. Calling it again adds only the configuration.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Settings in code; those of the end point are set with <c>ConfigureWebSockets</c> on the result.</param>
    /// <returns>A builder that a back end extends, for example with <c>UseRedis()</c>.</returns>
    public static IBroadcastingBuilder AddBroadcasting(this IServiceCollection services, Action<BroadcastOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = services.AddBroadcastingCore(configure);
        if (!services.Any(service => service.ServiceType == typeof(WebSocketEndpoint)))
        {
            AddParts(services);
        }

        return builder;
    }

    /// <summary>Sets up the WebSocket end point: limits, timeouts, allowed origins. Code goes over <c>Broadcasting:WebSockets</c>.</summary>
    /// <param name="builder">What <see cref="AddBroadcasting"/> returned.</param>
    /// <param name="configure">The settings.</param>
    /// <returns>The same builder.</returns>
    public static IBroadcastingBuilder ConfigureWebSockets(this IBroadcastingBuilder builder, Action<BroadcastWebSocketOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(configure);
        return builder;
    }

    private static void AddParts(IServiceCollection services)
    {
        services.AddOptions<BroadcastOptions>()
            .PostConfigure<IOptions<JsonOptions>>((options, json) => options.Json ??= json.Value.SerializerOptions);
        services.AddOptions<BroadcastWebSocketOptions>()
            .Configure<IServiceProvider>((options, provider) => BroadcastWebSocketSettings.Apply(provider.GetService<IConfiguration>(), options))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BroadcastWebSocketOptions>, BroadcastWebSocketOptionsValidator>());
        ChannelAuthorizationServices.AddChannelAuthorization(services);
        TokenServices.AddAuthToken(services);
        TokenServices.AddCurrentSender(services);
        services.TryAddSingleton<EndpointServices>();
        services.TryAddSingleton<Handshake>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, HandshakeDeadline>());
        services.TryAddSingleton(provider => new ConnectionLimits(provider.GetRequiredService<IOptions<BroadcastWebSocketOptions>>().Value));
        services.TryAddSingleton<ConnectionDrain>();
        services.TryAddSingleton<ConnectionLifetime>();
        services.TryAddSingleton<WebSocketEndpoint>();
        services.TryAddSingleton<EventStreamEndpoint>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<ConnectionDrain>());
    }
}
