using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>The end point behind <c>MapBroadcastWebSockets</c>: accepts a handshake and runs the connection.</summary>
internal sealed class WebSocketEndpoint(EndpointServices services, Handshake handshake, SocketDrain drain)
{
    private const string ChannelKey = "channel";

    public async Task HandleAsync(HttpContext context)
    {
        using var admission = await handshake.JudgeAsync(context).ConfigureAwait(false);
        if ((admission.Refusal ?? SocketAcceptor.FindFault(context)) is { } verdict)
        {
            await verdict.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        // Read before the upgrade; the request is not touched afterwards.
        var channels = ChannelsOf(context);
        var (stream, socket) = await SocketAcceptor.AcceptAsync(context).ConfigureAwait(false);
        IFrameOutlet outlet = stream is null ? new WebSocketOutlet(socket!) : new StreamOutlet(stream, context); // one of the two
        var connection = new WebSocketConnection(services, outlet, admission.Identity);
        socket ??= WebSocket.CreateFromStream(
            new ReaderStream(stream!, connection), // one of the two
            new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.Zero });
        using (socket)
        {
            await RunAsync(connection, socket, readsEmpty: stream is not null, channels, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static List<string> ChannelsOf(HttpContext context)
    {
        var channels = new List<string>();
        if (context.Request.RouteValues[ChannelKey] is string named)
        {
            channels.Add(named);
        }

        foreach (var channel in context.Request.Query[ChannelKey])
        {
            if (!string.IsNullOrEmpty(channel) && !channels.Contains(channel))
            {
                channels.Add(channel);
            }
        }

        return channels;
    }

    private async Task RunAsync(WebSocketConnection connection, WebSocket socket, bool readsEmpty, List<string> channels, CancellationToken aborted)
    {
        services.Hub.TryAdd(connection); // its id is new
        Log.ConnectionOpened(services.Logger, connection.Id, connection.UserId);
        drain.Joined(connection);
        try
        {
            await ReadAsync(connection, socket, readsEmpty, channels, aborted).ConfigureAwait(false);
        }
        finally
        {
            // Only now may the request end: the server disposes what is below, written or not.
            await connection.Queue.Finished.ConfigureAwait(false);
            connection.Release();
        }
    }

    private async Task ReadAsync(WebSocketConnection connection, WebSocket socket, bool readsEmpty, List<string> channels, CancellationToken aborted)
    {
        var session = new NativeSession(services, connection);
        try
        {
            await session.StartAsync(channels).ConfigureAwait(false);
            var reader = new WebSocketReader(socket, connection, services.Options.MaxMessageBytes, readsEmpty);
            await reader.RunAsync(session.AcceptAsync, aborted).ConfigureAwait(false);
            await LingerAsync(connection, socket, aborted).ConfigureAwait(false);
            Log.ConnectionEnded(services.Logger, connection.Id, "closed");
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or IOException or ConnectionResetException or ObjectDisposedException)
        {
            // The client vanished, or broke the protocol and was sent a close for it, which is still to be written.
            Log.ConnectionEnded(services.Logger, connection.Id, fault.Message);
            if (connection.CloseCodeSent == 0)
            {
                connection.Abort();
            }
        }
        catch (Exception fault)
        {
            Log.ConnectionFailed(services.Logger, fault, connection.Id);
            connection.Close(CloseCode.InternalError, "the server failed");
        }
        finally
        {
            await EndAsync(connection, session).ConfigureAwait(false);
        }
    }

    /// <summary>After the server has closed, the client may still answer; what it says no longer counts.</summary>
    private static async Task LingerAsync(WebSocketConnection connection, WebSocket socket, CancellationToken aborted)
    {
        await connection.Queue.Finished.ConfigureAwait(false);
        if (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
        {
            var ignored = new byte[256];
            while ((await socket.ReceiveAsync(ignored.AsMemory(), aborted).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
                // Until the client's close comes, or the timeout of the close aborts the connection.
            }
        }
    }

    private async Task EndAsync(WebSocketConnection connection, NativeSession session)
    {
        drain.Left(connection);

        // First, so that presence and publishers see the end at once; again, for a subscription that was under way.
        await RemoveAsync(connection).ConfigureAwait(false);
        await session.DisposeAsync().ConfigureAwait(false);
        await RemoveAsync(connection).ConfigureAwait(false);
    }

    private async ValueTask RemoveAsync(WebSocketConnection connection)
    {
        try
        {
            await services.Broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // The back end may be away; here, at least, nothing may be left.
            Log.CommandFailed(services.Logger, fault, connection.Id, nameof(services.Broadcaster.RemoveConnectionAsync));
            await services.Hub.RemoveConnectionAsync(connection.Id).ConfigureAwait(false);
        }
    }
}
