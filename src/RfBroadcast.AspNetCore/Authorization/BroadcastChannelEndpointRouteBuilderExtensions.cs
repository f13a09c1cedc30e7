using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RfBroadcast;
using RfBroadcast.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Says who may subscribe to private and presence channels.</summary>
/// <remarks>
/// A pattern is one over bare names (<see cref="ChannelPattern"/>): <c>orders.{orderId:int}</c> is asked for
/// <c>private-orders.7</c> and <c>presence-orders.7</c> alike. The first pattern that matches decides. What no pattern
/// grants is denied, except a user's own channel, which is always open to its user, and to others only by a pattern that
/// starts with <c>user.</c>. A public subscription to a name that matches is denied, too, unless
/// <see cref="BroadcastChannelBuilder.AllowPublic"/> opens it.
/// </remarks>
public static class BroadcastChannelEndpointRouteBuilderExtensions
{
    /// <summary>Lets a delegate decide about the channels of a pattern.</summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">A pattern over bare names, such as <c>orders.{orderId:int}</c>.</param>
    /// <param name="handler">
    /// Takes the pattern's parameters by name, <see cref="System.Security.Claims.ClaimsPrincipal"/>,
    /// <see cref="ChannelAuthContext"/>, <see cref="Channel"/>, <see cref="CancellationToken"/> and services of a scope of this one
    /// decision. Returns <see langword="bool"/>, <see cref="ChannelAuthResult"/>, or the member's info (null denies); or one of
    /// these in a <see cref="Task{TResult}"/> or <see cref="ValueTask{TResult}"/>. A parameter that cannot be bound from the
    /// name denies; an exception denies and is logged.
    /// </param>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    /// <exception cref="InvalidOperationException">
    /// The handler cannot serve the pattern, the pattern is mapped already, or <c>AddBroadcasting()</c> was not called.
    /// </exception>
    [RequiresUnreferencedCode("Binding a delegate inspects its parameters by reflection. Use MapBroadcastChannel<T> or an IChannelAuth in a trimmed app.")]
    [RequiresDynamicCode("Binding a delegate compiles code for its parameters. Use MapBroadcastChannel<T> or an IChannelAuth with Native AOT.")]
    public static BroadcastChannelBuilder MapBroadcastChannel(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(handler);
        return Map(endpoints, pattern, (parsed, services) => new DelegateAuth(
            parsed,
            DelegateBinder.Bind(parsed, handler, services),
            services.GetRequiredService<ILogger<ChannelAuthorizer>>()));
    }

    /// <summary>Lets a class decide about the channels of a pattern: the registered service, else an instance made for the decision.</summary>
    /// <typeparam name="T">The class. Its services come from a scope of that one decision.</typeparam>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">A pattern over bare names, such as <c>orders.{orderId}</c>.</param>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    /// <exception cref="InvalidOperationException">
    /// The class can be neither resolved nor made, the pattern is mapped already, or <c>AddBroadcasting()</c> was not called.
    /// </exception>
    public static BroadcastChannelBuilder MapBroadcastChannel<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IEndpointRouteBuilder endpoints,
        string pattern)
        where T : class, IChannelAuth
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return Map(endpoints, pattern, (parsed, services) => new ServiceAuth<T>(parsed, services));
    }

    /// <summary>Lets an object decide about the channels of a pattern.</summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">A pattern over bare names, such as <c>orders.{orderId}</c>.</param>
    /// <param name="auth">Decides; it is shared by all decisions.</param>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    /// <exception cref="InvalidOperationException">The pattern is mapped already, or <c>AddBroadcasting()</c> was not called.</exception>
    public static BroadcastChannelBuilder MapBroadcastChannel(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        IChannelAuth auth)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(auth);
        return Map(endpoints, pattern, (_, _) => auth);
    }

    private static BroadcastChannelBuilder Map(
        IEndpointRouteBuilder endpoints,
        string pattern,
        Func<ChannelPattern, IServiceProvider, IChannelAuth> makeAuth)
    {
        if (endpoints is RouteGroupBuilder)
        {
            // Its prefix and its RequireAuthorization() would silently not hold.
            throw new InvalidOperationException($"Map the channel pattern \"{pattern}\" on the app, not on a route group: channels have no path.");
        }

        var services = endpoints.ServiceProvider;
        var mappings = services.GetService<ChannelMappings>()
            ?? throw new InvalidOperationException($"To map the channel pattern \"{pattern}\", call builder.Services.AddBroadcasting() first.");
        var parsed = ChannelPattern.Parse(pattern);
        var mapping = new ChannelMapping(parsed, makeAuth(parsed, services));
        mappings.Add(mapping);
        return new BroadcastChannelBuilder(mapping, services);
    }
}
