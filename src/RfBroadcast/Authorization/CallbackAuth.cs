namespace RfBroadcast;

/// <summary>An <see cref="IChannelAuth"/> made of a delegate.</summary>
public sealed class CallbackAuth : IChannelAuth
{
    private readonly Func<ChannelAuthContext, CancellationToken, ValueTask<ChannelAuthResult>> _decide;

    /// <summary>Wraps a delegate that gives a full result.</summary>
    public CallbackAuth(Func<ChannelAuthContext, CancellationToken, ValueTask<ChannelAuthResult>> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        _decide = decide;
    }

    /// <summary>Wraps a delegate that says yes or no.</summary>
    public CallbackAuth(Func<ChannelAuthContext, ValueTask<bool>> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        _decide = async (context, _) => await decide(context).ConfigureAwait(false) ? ChannelAuthResult.Grant() : ChannelAuthResult.Deny();
    }

    /// <inheritdoc/>
    public ValueTask<ChannelAuthResult> AuthorizeAsync(ChannelAuthContext context, CancellationToken cancellationToken) =>
        _decide(context, cancellationToken);
}
