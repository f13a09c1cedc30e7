namespace RfBroadcast.AspNetCore;

/// <summary>What carries one connection: how it is served, and how its request ends.</summary>
internal interface IClientTransport
{
    /// <summary>Serves the client until one side ends the connection.</summary>
    /// <param name="session">Carries out what the client says.</param>
    /// <param name="subscriptions">What its address asks for.</param>
    /// <returns>Whether one side has closed it; false when the client vanished.</returns>
    Task<bool> ServeAsync(NativeSession session, IReadOnlyList<SubscribeCommand> subscriptions);

    /// <summary>Lets the request end: nothing is written any more.</summary>
    ValueTask EndAsync();
}
