using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace RfBroadcast.AspNetCore;

/// <summary>Binds the handler of a pattern once, when it is mapped, so that a mistake in it stops the start.</summary>
[RequiresUnreferencedCode("Binding a delegate inspects its parameters by reflection.")]
[RequiresDynamicCode("Binding a delegate compiles code for its parameters.")]
internal static class DelegateBinder
{
    /// <summary>Binds.</summary>
    /// <exception cref="InvalidOperationException">The handler cannot serve the pattern; the message says why and what to do.</exception>
    public static BoundDelegate Bind(ChannelPattern pattern, Delegate handler, IServiceProvider services)
    {
        HandlerRules.Check(pattern, handler.Method);
        var channelParameters = handler.Method.GetParameters()
            .Where(parameter => parameter.ParameterType == typeof(Channel) && parameter.Name is not null)
            .Select(parameter => parameter.Name!)
            .ToArray();
        string[] names = [.. pattern.ParameterNames, .. channelParameters];

        var endpoint = new RouteEndpointBuilder(requestDelegate: null, RoutePatternFactory.Parse("/"), order: 0) { ApplicationServices = services };
        endpoint.FilterFactories.Add((_, next) => invocation => CaptureAsync(invocation, next));
        RequestDelegate call;
        try
        {
            call = RequestDelegateFactory.Create(handler, new RequestDelegateFactoryOptions
            {
                ServiceProvider = services,
                RouteParameterNames = names,
                ThrowOnBadRequest = true,
                DisableInferBodyFromParameters = true,
                EndpointBuilder = endpoint,
            }).RequestDelegate;
        }
        catch (Exception fault) when (fault is InvalidOperationException or NotSupportedException or ArgumentException)
        {
            throw HandlerRules.Fault(
                pattern,
                "has a parameter that can be bound neither from the pattern nor from the services",
                "Name it as the pattern does, or register its type.",
                fault);
        }

        HandlerRules.CheckBindings(pattern, names, endpoint.Metadata.OfType<IParameterBindingMetadata>());
        return new BoundDelegate(call, channelParameters);
    }

    private static async ValueTask<object?> CaptureAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var call = invocation.HttpContext.Features.Get<DelegateCall>()!; // DelegateAuth sets it on every context
        call.IsEntered = true;
        call.Result = await next(invocation).ConfigureAwait(false);
        call.IsAnswered = true;

        // What the handler returned is no HTTP response.
        return Results.Empty;
    }
}
