using RfBroadcast;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a back end, for packages that bring one.</summary>
public static class BroadcastingBuilderExtensions
{
    /// <summary>
    /// Lets the app broadcast through this back end, unless <see cref="BroadcastOptions.Broadcaster"/> names another one. The last
    /// one added counts; adding one again changes nothing else. Only the one that is chosen is made.
    /// </summary>
    /// <typeparam name="TBroadcaster">The broadcaster, registered by the caller as a singleton.</typeparam>
    /// <typeparam name="TConnections">Lists and disconnects clients on all its nodes; registered likewise.</typeparam>
    /// <param name="builder">What <c>AddBroadcasting()</c> returned.</param>
    /// <param name="name">What configuration calls it, such as <c>redis</c>; compared without case.</param>
    /// <returns>The same builder.</returns>
    public static IBroadcastingBuilder UseBroadcaster<TBroadcaster, TConnections>(this IBroadcastingBuilder builder, string name)
        where TBroadcaster : class, IBroadcaster, IChannelHistory
        where TConnections : class, IBroadcastConnections
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var services = builder.Services;
        var registration = new BroadcasterRegistration(name, typeof(TBroadcaster), typeof(TConnections));
        var earlier = services.FirstOrDefault(service => registration.Equals(service.ImplementationInstance));
        if (earlier is not null)
        {
            services.Remove(earlier);
        }

        services.AddSingleton(registration);
        return builder;
    }
}
