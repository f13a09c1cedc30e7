using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RfBroadcast.AspNetCore;

/// <summary>Registers what decides about subscriptions.</summary>
internal static class ChannelAuthorizationServices
{
    public static void AddChannelAuthorization(IServiceCollection services)
    {
        services.TryAddSingleton<ChannelMappings>();
        services.TryAddSingleton<ChannelAuthorizer>();
        services.TryAddScoped<CurrentAuthContext>();
        services.TryAddScoped(provider => provider.GetRequiredService<CurrentAuthContext>().Value
            ?? throw new InvalidOperationException("There is a ChannelAuthContext only while a channel's subscription is authorized."));
    }
}
