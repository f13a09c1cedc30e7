namespace RfBroadcast.AspNetCore;

/// <summary>Carries a stream of events, which only receives: it lasts until its client has gone or it was closed.</summary>
internal sealed class EventStreamTransport(EventStreamConnection connection, EventStreamOutlet outlet, CancellationToken aborted) : IClientTransport
{
    /// <inheritdoc/>
    public async Task<bool> ServeAsync(NativeSession session, IReadOnlyList<SubscribeCommand> subscriptions)
    {
        await using var gone = aborted.UnsafeRegister(static state => ((ClientConnection)state!).Abort(), connection).ConfigureAwait(false);
        await session.StartAsync(subscriptions).ConfigureAwait(false);
        await connection.Queue.Finished.ConfigureAwait(false);
        return connection.CloseCodeSent != 0;
    }

    /// <inheritdoc/>
    public ValueTask EndAsync() => new(outlet.EndAsync());
}
