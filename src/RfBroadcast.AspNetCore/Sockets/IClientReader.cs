namespace RfBroadcast.AspNetCore;

/// <summary>Reads what one client sends. Chosen once per connection, together with its way out.</summary>
internal interface IClientReader
{
    /// <summary>
    /// Hands whole messages over, one after the other, until the client has closed or gone; answers its pings and its close, and
    /// closes it for what may not be.
    /// </summary>
    /// <returns>Whether one side has closed it; false when the client vanished.</returns>
    Task<bool> RunAsync(IMessageHandler handler);
}
