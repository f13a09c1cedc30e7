using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RfBroadcast.AspNetCore;

/// <summary>Registers what reads tokens and connection ids from requests.</summary>
internal static class TokenServices
{
    /// <summary>Moves <c>auth_token</c> of handshakes into the header, by wrapping the app's factory of contexts.</summary>
    public static void AddAuthToken(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(BroadcastPaths)))
        {
            return;
        }

        services.AddSingleton<BroadcastPaths>();
        var wrapped = services.LastOrDefault(service => service.ServiceType == typeof(IHttpContextFactory) && !service.IsKeyedService);

        // Replaces, not removes: whoever counts or tries to add a factory afterwards finds this one.
        services.Replace(ServiceDescriptor.Singleton<IHttpContextFactory>(provider => new AuthTokenContextFactory(
            MakeWrapped(wrapped, provider),
            provider.GetRequiredService<BroadcastPaths>())));
    }

    /// <summary>Makes "to others" leave out the connection that the current request names.</summary>
    public static void AddCurrentSender(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.TryAddSingleton<ICurrentSender, CurrentRequestSender>();
    }

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "A service descriptor keeps the constructors of its implementation type.")]
    private static IHttpContextFactory MakeWrapped(ServiceDescriptor? wrapped, IServiceProvider provider) => wrapped switch
    {
        { ImplementationInstance: IHttpContextFactory instance } => instance,
        { ImplementationFactory: { } make } => (IHttpContextFactory)make(provider),
        { ImplementationType: { } type } => (IHttpContextFactory)ActivatorUtilities.CreateInstance(provider, type),
        _ => new DefaultHttpContextFactory(provider),
    };
}
