using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RfBroadcast;

/// <summary>The back end that code and configuration chose; only that one is made.</summary>
internal sealed class ChosenBroadcaster(
    IOptions<BroadcastOptions> options,
    IEnumerable<BroadcasterRegistration> registrations,
    IServiceProvider provider)
{
    // The options' validation has made sure that there is one.
    private readonly BroadcasterRegistration _chosen = BroadcasterRegistration.Choose([.. registrations], options.Value.Broadcaster)!;

    public IBroadcaster Broadcaster => (IBroadcaster)provider.GetRequiredService(_chosen.Broadcaster);

    public IChannelHistory History => (IChannelHistory)provider.GetRequiredService(_chosen.Broadcaster);

    public IBroadcastConnections Connections => (IBroadcastConnections)provider.GetRequiredService(_chosen.Connections);
}
