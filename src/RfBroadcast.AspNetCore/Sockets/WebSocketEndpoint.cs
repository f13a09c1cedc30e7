using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>The end point behind <c>MapBroadcastWebSockets</c>: accepts a handshake and runs the connection.</summary>
internal sealed class WebSocketEndpoint(EndpointServices services, Handshake handshake, ConnectionLifetime lifetime)
{
    private static readonly WebSocketCreationOptions Plain = new() { IsServer = true, KeepAliveInterval = TimeSpan.Zero };

    // Only for reading; what is sent is compressed once for all.
    private static readonly WebSocketCreationOptions Inflating = new()
    {
        IsServer = true,
        KeepAliveInterval = TimeSpan.Zero,
        DangerousDeflateOptions = new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false },
    };

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
        var (stream, socket, deflates) = await SocketAcceptor.AcceptAsync(context, mayDeflate: services.Deflate is not null).ConfigureAwait(false);
        var upgraded = stream is null ? null : MakeOutlet(stream, context);
        IFrameOutlet outlet = upgraded ?? (IFrameOutlet)new WebSocketOutlet(socket!); // one of the two
        var protocol = deflates ? services.Deflate! : NativeProtocol.WebSocket; // negotiated only when it is there
        var connection = new WebSocketConnection(services, outlet, admission.Identity, protocol);
        socket ??= WebSocket.CreateFromStream(
            new ReaderStream(stream!, connection, upgraded as SocketOutlet), // one of the two
            deflates ? Inflating : Plain);
        using (socket)
        {
            var reader = new WebSocketReader(socket, connection, services.Options.MaxMessageBytes, readsEmpty: stream is not null);
            var aborted = context.RequestAborted;
            await lifetime.RunAsync(connection, async session =>
            {
                await session.StartAsync(subscriptions).ConfigureAwait(false);
                await ReadAsync(connection, session, reader, socket, deflates ? stream : null, aborted).ConfigureAwait(false);
            }).ConfigureAwait(false);
            await (upgraded?.EndAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    private RequestOutlet MakeOutlet(Stream stream, HttpContext context) =>
        services.Options.SocketPath == SocketPath.Auto && SocketEligibility.FindSocket(context, stream) is { } socket
            ? new SocketOutlet(stream, socket, context, services.Wheel)
            : new StreamOutlet(stream, context);

    private async Task ReadAsync(
        WebSocketConnection connection,
        NativeSession session,
        WebSocketReader reader,
        WebSocket socket,
        Stream? deflated,
        CancellationToken aborted)
    {
        try
        {
            await reader.RunAsync(session.AcceptAsync, aborted).ConfigureAwait(false);
            await LingerAsync(connection, socket, deflated, aborted).ConfigureAwait(false);
            Log.ConnectionEnded(services.Logger, connection.Id, "closed");
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or IOException or ConnectionResetException or ObjectDisposedException)
        {
            // The client vanished, or broke the protocol and was sent a close for it, which is still to be written.
            Log.ConnectionEnded(services.Logger, connection.Id, fault.Message);
            if (IsOfInflating(fault))
            {
                connection.Close(CloseCode.InvalidPayload, "the message could not be decompressed");
            }
            else if (connection.CloseCodeSent == 0)
            {
                connection.Abort();
            }
        }
    }

    /// <summary>The BCL, which answers broken frames itself, leaves a message that it cannot inflate to us; it gives no code for it.</summary>
    private static bool IsOfInflating(Exception fault) => fault is WebSocketException { WebSocketErrorCode: WebSocketError.Success };

    /// <summary>After the server has closed, the client may still answer; what it says no longer counts.</summary>
    private static async Task LingerAsync(WebSocketConnection connection, WebSocket socket, Stream? deflated, CancellationToken aborted)
    {
        await connection.Queue.Finished.ConfigureAwait(false);
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseSent))
        {
            return;
        }

        var ignored = new byte[1024];
        if (deflated is not null)
        {
            // Nothing is inflated only to be thrown away. So what is noticed is not the client's close, but its end.
            while (await deflated.ReadAsync(ignored.AsMemory(), aborted).ConfigureAwait(false) > 0)
            {
                // Until then, or the timeout of the close.
            }
        }
        else
        {
            while ((await socket.ReceiveAsync(ignored.AsMemory(), aborted).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
                // Until the client's close comes, or the timeout of the close aborts the connection.
            }
        }
    }
}
