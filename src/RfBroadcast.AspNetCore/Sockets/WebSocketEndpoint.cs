using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>The end point behind <c>MapBroadcastWebSockets</c>: accepts a handshake and runs the connection.</summary>
internal sealed class WebSocketEndpoint(EndpointServices services, Handshake handshake, ConnectionLifetime lifetime)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var admission = await handshake.JudgeAsync(context).ConfigureAwait(false);
        if ((admission.Refusal ?? SocketAcceptor.FindFault(context)) is { } verdict)
        {
            await verdict.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        // Read before the upgrade; the request is not touched afterwards.
        var subscriptions = AddressedChannels.Read(context.Request);
        var socket = await AcceptedSocket.AcceptAsync(services, context, admission.Identity).ConfigureAwait(false);
        await using (socket.ConfigureAwait(false))
        {
            await lifetime.RunAsync(socket.Connection, async session =>
            {
                await session.StartAsync(subscriptions).ConfigureAwait(false);
                await socket.ReadAsync(session.AcceptAsync).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
    }
}
