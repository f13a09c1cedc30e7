using System.Buffers;
using System.Net.WebSockets;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Reads a client's messages until it closes. Frames, masking, fragments and UTF-8 are the BCL's; a connection that is silent
/// holds no buffer.
/// </summary>
/// <param name="socket">Reads the frames.</param>
/// <param name="connection">Whose they are.</param>
/// <param name="maxMessageBytes">A larger message closes.</param>
/// <param name="stream">What the socket reads from; null where it is the server's own.</param>
internal sealed class WebSocketReader(WebSocket socket, WebSocketConnection connection, int maxMessageBytes, ReaderStream? stream)
{
    private const int InitialBuffer = 1024;

    // Of the message that is being read; rented, and given back once.
    private byte[] _buffer = [];

    /// <summary>Hands over each whole message, one after the other.</summary>
    /// <param name="text">Takes each text.</param>
    /// <param name="binary">Takes each message of bytes; null where these are misuse.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task RunAsync(
        Func<ReadOnlyMemory<byte>, ValueTask> text,
        Func<ReadOnlyMemory<byte>, ValueTask>? binary,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            if (stream is not null)
            {
                // Waits for a message without a buffer. It may itself bring the close, or an empty message.
                var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
                if (first.MessageType == WebSocketMessageType.Close || first.EndOfMessage)
                {
                    if (!await AcceptAsync(first, ReadOnlyMemory<byte>.Empty, text, binary).ConfigureAwait(false))
                    {
                        return;
                    }

                    continue;
                }
            }

            _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
            try
            {
                var (last, length) = await ReadMessageAsync(takesBinary: binary is not null, cancellationToken).ConfigureAwait(false);
                if (!await AcceptAsync(last, _buffer.AsMemory(0, length), text, binary).ConfigureAwait(false))
                {
                    return;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }
        }
    }

    private async Task<(ValueWebSocketReceiveResult Last, int Length)> ReadMessageAsync(bool takesBinary, CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            // One byte more than is allowed, at most, so that no more of a compressed message is ever inflated.
            var free = Math.Min(_buffer.Length, maxMessageBytes + 1) - length;
            var result = await socket.ReceiveAsync(_buffer.AsMemory(length, free), cancellationToken).ConfigureAwait(false);
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
    private async ValueTask<bool> AcceptAsync(
        ValueWebSocketReceiveResult last,
        ReadOnlyMemory<byte> message,
        Func<ReadOnlyMemory<byte>, ValueTask> text,
        Func<ReadOnlyMemory<byte>, ValueTask>? binary)
    {
        if (last.MessageType == WebSocketMessageType.Close)
        {
            // Answer with the client's own code (RFC 6455, section 5.5.1).
            var code = stream is { ClosedWithoutCode: true } ? null : (int?)socket.CloseStatus;
            connection.Close(code ?? CloseCode.NoStatus, string.Empty);
            return false;
        }

        var handle = last.MessageType == WebSocketMessageType.Text ? text : binary;
        if (handle is null)
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
        await handle(message).ConfigureAwait(false);
        return true;
    }
}
