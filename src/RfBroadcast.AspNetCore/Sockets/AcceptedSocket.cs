using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>One request that became a WebSocket, by whatever the server offered: its way out, its reader, and its end.</summary>
internal sealed class AcceptedSocket : IAsyncDisposable
{
    private static readonly WebSocketCreationOptions Plain = new() { IsServer = true, KeepAliveInterval = TimeSpan.Zero };

    // Only for reading; what is sent is compressed once for all.
    private static readonly WebSocketCreationOptions Inflating = new()
    {
        IsServer = true,
        KeepAliveInterval = TimeSpan.Zero,
        DangerousDeflateOptions = new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false },
    };

    private readonly EndpointServices _services;
    private readonly CancellationToken _aborted;
    private readonly RequestOutlet? _upgraded;
    private readonly ReaderStream? _stream; // null where the server offers only a WebSocket of its own
    private readonly WebSocket _socket;

    private AcceptedSocket(EndpointServices services, HttpContext context, HandshakeIdentity identity, Stream stream, bool deflates)
    {
        _services = services;
        _aborted = context.RequestAborted;
        _upgraded = MakeOutlet(services, stream, context);
        var protocol = deflates ? services.Deflate! : NativeProtocol.WebSocket; // negotiated only when it is there
        Connection = new WebSocketConnection(services, _upgraded, identity, protocol);
        _stream = new ReaderStream(stream, Connection, services.Options.MaxMessageBytes, _upgraded as SocketOutlet);
        _socket = WebSocket.CreateFromStream(_stream, deflates ? Inflating : Plain);
    }

    private AcceptedSocket(EndpointServices services, HttpContext context, HandshakeIdentity identity, WebSocket socket)
    {
        _services = services;
        _aborted = context.RequestAborted;
        Connection = new WebSocketConnection(services, new WebSocketOutlet(socket), identity, NativeProtocol.WebSocket);
        _socket = socket;
    }

    public WebSocketConnection Connection { get; }

    /// <summary>Answers the handshake. The request is not touched afterwards.</summary>
    public static async ValueTask<AcceptedSocket> AcceptAsync(EndpointServices services, HttpContext context, HandshakeIdentity identity)
    {
        var (stream, socket, deflates) = await SocketAcceptor.AcceptAsync(context, mayDeflate: services.Deflate is not null).ConfigureAwait(false);
        return stream is not null
            ? new AcceptedSocket(services, context, identity, stream, deflates)
            : new AcceptedSocket(services, context, identity, socket!); // one of the two
    }

    /// <summary>Hands over what the client says, message by message, until one side has ended the connection.</summary>
    /// <param name="text">Takes each text.</param>
    /// <param name="binary">Takes each message of bytes; null where these are misuse.</param>
    public async Task ReadAsync(Func<ReadOnlyMemory<byte>, ValueTask> text, Func<ReadOnlyMemory<byte>, ValueTask>? binary = null)
    {
        try
        {
            var reader = new WebSocketReader(_socket, Connection, _services.Options.MaxMessageBytes, _stream);
            await reader.RunAsync(text, binary, _aborted).ConfigureAwait(false);
            Log.ConnectionEnded(_services.Logger, Connection.Id, "closed");
        }
        catch (Exception fault) when (IsEnd(fault))
        {
            // The client vanished, or broke the protocol and was sent a close for it, which is still to be written.
            Log.ConnectionEnded(_services.Logger, Connection.Id, fault.Message);
            if (IsOfInflating(fault))
            {
                Connection.Close(CloseCode.InvalidPayload, "the message could not be decompressed");
            }
            else if (Connection.CloseCodeSent == 0)
            {
                Connection.Abort();
                return;
            }
        }

        await LingerAsync().ConfigureAwait(false);
    }

    /// <summary>Lets the request end: nothing is written any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_upgraded is not null)
        {
            await _upgraded.EndAsync().ConfigureAwait(false);
        }

        // One of the server's own that has ended itself has sent a close for a broken frame, and must not take it back.
        if (_stream is not null || _socket.State != WebSocketState.Aborted)
        {
            _socket.Dispose();
        }
    }

    private static RequestOutlet MakeOutlet(EndpointServices services, Stream stream, HttpContext context) =>
        services.Options.SocketPath == SocketPath.Auto && SocketEligibility.FindSocket(context, stream) is { } socket
            ? new SocketOutlet(stream, socket, context, services.Wheel)
            : new StreamOutlet(stream, context);

    /// <summary>The BCL, which answers broken frames itself, leaves a message that it cannot inflate to us; it gives no code for it.</summary>
    private static bool IsOfInflating(Exception fault) => fault is WebSocketException { WebSocketErrorCode: WebSocketError.Success };

    private static bool IsEnd(Exception fault) =>
        fault is WebSocketException or OperationCanceledException or IOException or ConnectionResetException or ObjectDisposedException;

    /// <summary>After the server has closed, the client may still answer; what it says no longer counts.</summary>
    private async Task LingerAsync()
    {
        try
        {
            if (_stream is not null)
            {
                await _stream.DiscardAsync(_aborted).ConfigureAwait(false);
                return;
            }

            await Connection.Queue.Finished.ConfigureAwait(false);
            var ignored = new byte[256];
            while (_socket.State is WebSocketState.Open or WebSocketState.CloseSent)
            {
                await _socket.ReceiveAsync(ignored.AsMemory(), _aborted).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (IsEnd(fault))
        {
            // It never answered, until the time to close was over; or it has vanished.
        }
    }
}
