using System.Buffers;
using System.Net.WebSockets;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Reads through a <see cref="WebSocket"/>, for servers that offer nothing below it (TestServer). Frames, masking, fragments and
/// UTF-8 are its own.
/// </summary>
/// <param name="socket">The server's.</param>
/// <param name="connection">Whose it is.</param>
/// <param name="maxMessageBytes">A larger message closes with 1009.</param>
/// <param name="aborted">When the request has ended.</param>
internal sealed class WebSocketReader(WebSocket socket, WebSocketConnection connection, int maxMessageBytes, CancellationToken aborted) : IClientReader
{
    private const int InitialBuffer = 1024;

    // Of the message that is being read; rented, and given back once.
    private byte[] _buffer = [];

    /// <inheritdoc/>
    public async Task<bool> RunAsync(IMessageHandler handler)
    {
        bool goesOn;
        do
        {
            _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
            try
            {
                var (last, length) = await ReadMessageAsync(handler.TakesBinary).ConfigureAwait(false);
                goesOn = await AcceptAsync(last, _buffer.AsMemory(0, length), handler).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }
        }
        while (goesOn);

        await LingerAsync().ConfigureAwait(false);
        return true;
    }

    private async Task<(ValueWebSocketReceiveResult Last, int Length)> ReadMessageAsync(bool takesBinary)
    {
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(_buffer.AsMemory(length), aborted).ConfigureAwait(false);
            length += result.Count;
            var isTaken = result.MessageType == WebSocketMessageType.Text || (takesBinary && result.MessageType == WebSocketMessageType.Binary);
            if (result.EndOfMessage || !isTaken || length > maxMessageBytes)
            {
                return (result, length);
            }

            if (length == _buffer.Length)
            {
                var full = _buffer;
                _buffer = ArrayPool<byte>.Shared.Rent(length * 2);
                full.CopyTo(_buffer, 0);
                ArrayPool<byte>.Shared.Return(full);
            }
        }
    }

    /// <summary>Takes what was read; false when the connection ends with it.</summary>
    private async ValueTask<bool> AcceptAsync(ValueWebSocketReceiveResult last, ReadOnlyMemory<byte> message, IMessageHandler handler)
    {
        if (last.MessageType == WebSocketMessageType.Close)
        {
            // Answer with the client's own code (RFC 6455, section 5.5.1).
            connection.Close((int?)socket.CloseStatus ?? CloseCode.NoStatus, string.Empty);
            return false;
        }

        if (last.MessageType == WebSocketMessageType.Binary && !handler.TakesBinary)
        {
            connection.Close(CloseCode.Misuse, "binary frames are not part of the protocol");
            return false;
        }

        if (message.Length > maxMessageBytes)
        {
            connection.Close(CloseCode.MessageTooBig, "the message is too large");
            return false;
        }

        if (connection.CloseCodeSent != 0)
        {
            return true; // it is closing: what comes before the client's own close no longer counts
        }

        connection.Heard();
        await handler.AcceptAsync(message, last.MessageType == WebSocketMessageType.Text).ConfigureAwait(false);
        return true;
    }

    /// <summary>After the server has closed, the client may still answer; what it says no longer counts.</summary>
    private async Task LingerAsync()
    {
        await connection.Queue.Finished.ConfigureAwait(false);
        var ignored = new byte[256];
        while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
        {
            await socket.ReceiveAsync(ignored.AsMemory(), aborted).ConfigureAwait(false);
        }
    }
}
