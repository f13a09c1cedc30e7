namespace RfBroadcast;

/// <summary>
/// A server-side call needs an identity or a grant that is not there, for example joining a presence channel without a user
/// id. A subscription that a client asked for and was denied is a result, never this exception.
/// </summary>
public sealed class AuthorizationFailedException : BroadcastException
{
    /// <summary>Makes the exception.</summary>
    public AuthorizationFailedException(Channel channel, string message)
        : base(message) => Channel = channel;

    /// <summary>The channel that was refused.</summary>
    public Channel Channel { get; }
}
