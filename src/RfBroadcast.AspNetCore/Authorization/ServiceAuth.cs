using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore;

/// <summary>Asks a class of the app: the registered one, else one made for this decision.</summary>
internal sealed class ServiceAuth<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T> : IChannelAuth
    where T : class, IChannelAuth
{
    private readonly ObjectFactory<T>? _make;

    public ServiceAuth(ChannelPattern pattern, IServiceProvider services)
    {
        var isService = services.GetRequiredService<IServiceProviderIsService>();
        if (isService.IsService(typeof(T)))
        {
            return;
        }

        var fault = FindFault(isService);
        if (fault is not null)
        {
            throw new InvalidOperationException(
                $"{typeof(T)} cannot serve the channel pattern \"{pattern.Text}\": {fault}. Register what is missing, or the class itself, with the services.");
        }

        _make = ActivatorUtilities.CreateFactory<T>([]);
    }

    public async ValueTask<ChannelAuthResult> AuthorizeAsync(ChannelAuthContext context, CancellationToken cancellationToken)
    {
        if (_make is null)
        {
            return await context.Services.GetRequiredService<T>().AuthorizeAsync(context, cancellationToken).ConfigureAwait(false);
        }

        // The scope does not know this instance, so it is disposed here.
        var auth = _make(context.Services, []);
        try
        {
            return await auth.AuthorizeAsync(context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (auth is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (auth as IDisposable)?.Dispose();
            }
        }
    }

    private static string? FindFault(IServiceProviderIsService isService)
    {
        if (typeof(T).IsAbstract)
        {
            return "it is abstract and not registered";
        }

        var constructors = typeof(T).GetConstructors();
        if (constructors is [])
        {
            return "it has no public constructor";
        }

        // With several constructors the container chooses when it makes one.
        if (constructors is not [var constructor])
        {
            return null;
        }

        var missing = constructor.GetParameters().FirstOrDefault(parameter =>
            !parameter.HasDefaultValue
            && parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is null
            && !isService.IsService(parameter.ParameterType));
        return missing is null ? null : $"its constructor asks for {missing.ParameterType}, which is not registered";
    }
}
