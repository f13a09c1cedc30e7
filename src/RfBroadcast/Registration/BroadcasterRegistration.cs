namespace RfBroadcast;

/// <summary>A back end that can be chosen by name (<see cref="BroadcastOptions.Broadcaster"/>), with the services it is made of.</summary>
/// <param name="Name">Compared without case.</param>
/// <param name="Broadcaster">The service that is an <see cref="IBroadcaster"/> and an <see cref="IChannelHistory"/>.</param>
/// <param name="Connections">The service that is an <see cref="IBroadcastConnections"/>.</param>
internal sealed record BroadcasterRegistration(string Name, Type Broadcaster, Type Connections)
{
    /// <summary>The back end that is always there.</summary>
    public static BroadcasterRegistration OfMemory { get; } = new("memory", typeof(MemoryBroadcaster), typeof(LocalConnections));

    /// <summary>The one that is chosen: by name, else the one that was added last. Null when there is none of that name.</summary>
    public static BroadcasterRegistration? Choose(IReadOnlyList<BroadcasterRegistration> registrations, string? name) => name is null
        ? registrations[^1]
        : registrations.LastOrDefault(registration => string.Equals(registration.Name, name, StringComparison.OrdinalIgnoreCase));
}
