using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RfBroadcast.AspNetCore;

/// <summary>One request that became a WebSocket, by whatever the server offered: its way out, its reader, and its end.</summary>
internal sealed class AcceptedSocket : IClientTransport
{
    // Waits without a buffer for what comes; the stream is its request's.
    private static readonly StreamPipeReaderOptions ReadsEmpty = new(leaveOpen: true, useZeroByteReads: true);

    private readonly RequestOutlet? _upgraded;
    private readonly PipeReader? _ownInput;
    private readonly WebSocket? _socket; // where the server offers only one of its own
    private readonly IClientReader _reader;

    private AcceptedSocket(EndpointServices services, HttpContext context, in Admission admission, Stream stream, bool deflates)
    {
        PipeReader input;
        if (services.Options.SocketPath == SocketPath.Auto && SocketEligibility.FindSocket(context, stream) is { } socket)
        {
            // Nothing touches the bytes that come, either: they are read where the transport leaves them.
            input = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Input;
            _upgraded = new SocketOutlet(stream, socket, context, services.Wheel);
        }
        else
        {
            input = _ownInput = PipeReader.Create(stream, ReadsEmpty);
            _upgraded = new StreamOutlet(stream, context);
        }

        var protocol = deflates ? services.Deflate! : NativeProtocol.WebSocket; // negotiated only when it is there
        Connection = new WebSocketConnection(services, _upgraded, admission, protocol);
        _reader = new ClientFrameReader(input, Connection, services.Options.MaxMessageBytes, deflates);
    }

    private AcceptedSocket(EndpointServices services, HttpContext context, in Admission admission, WebSocket socket)
    {
        _socket = socket;
        Connection = new WebSocketConnection(services, new WebSocketOutlet(socket), admission, NativeProtocol.WebSocket);
        _reader = new WebSocketReader(socket, Connection, services.Options.MaxMessageBytes, context.RequestAborted);
    }

    public WebSocketConnection Connection { get; }

    /// <summary>Answers the handshake. The request is not touched afterwards.</summary>
    public static async ValueTask<AcceptedSocket> AcceptAsync(EndpointServices services, HttpContext context, Admission admission)
    {
        var (stream, socket, deflates) = await SocketAcceptor.AcceptAsync(context, mayDeflate: services.Deflate is not null).ConfigureAwait(false);
        return stream is not null
            ? new AcceptedSocket(services, context, admission, stream, deflates)
            : new AcceptedSocket(services, context, admission, socket!); // one of the two
    }

    /// <inheritdoc/>
    public Task<bool> ServeAsync(NativeSession session, IReadOnlyList<SubscribeCommand> subscriptions)
    {
        var starting = session.StartAsync(subscriptions);
        return starting.IsCompletedSuccessfully ? ReadAsync(session) : StartAndReadAsync(session, starting);
    }

    /// <summary>Hands over what the client says, message by message, until one side has ended the connection.</summary>
    /// <returns>Whether one side has closed it; false when the client vanished.</returns>
    public Task<bool> ReadAsync(IMessageHandler handler) => _reader.RunAsync(handler);

    private async Task<bool> StartAndReadAsync(NativeSession session, ValueTask starting)
    {
        await starting.ConfigureAwait(false);
        return await ReadAsync(session).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync()
    {
        if (_upgraded is not null)
        {
            await _upgraded.EndAsync().ConfigureAwait(false);
        }

        if (_ownInput is not null)
        {
            await _ownInput.CompleteAsync().ConfigureAwait(false);
        }

        // One that has ended itself has sent a close for a broken frame, and must not take it back.
        if (_socket is { State: not WebSocketState.Aborted })
        {
            _socket.Dispose();
        }
    }
}
