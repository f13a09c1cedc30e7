namespace RfBroadcast;

/// <summary>Decides whether a connection may subscribe to a private or presence channel. Implementations are thread-safe.</summary>
public interface IChannelAuth
{
    /// <summary>Decides. An exception denies and is logged.</summary>
    /// <param name="context">Who asks for what.</param>
    /// <param name="cancellationToken">Fires when the connection has closed, or the answer takes too long.</param>
    ValueTask<ChannelAuthResult> AuthorizeAsync(ChannelAuthContext context, CancellationToken cancellationToken);
}
