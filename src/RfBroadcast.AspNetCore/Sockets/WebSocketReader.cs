using System.Buffers;
using System.Net.WebSockets;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Reads a client's messages until it closes. Frames, masking, fragments and UTF-8 are the BCL's; a connection that is silent
/// holds no buffer.
/// </summary>
internal sealed class WebSocketReader(WebSocket socket, WebSocketConnection connection, int maxMessageBytes, bool readsEmpty)
{
    private const int InitialBuffer = 1024;

    /// <summary>Hands each whole text message to <paramref name="handle"/>, one after the other.</summary>
    public async Task RunAsync(Func<ReadOnlyMemory<byte>, ValueTask> handle, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (readsEmpty)
            {
                // Waits for a message without a buffer. It may itself bring the close, or an empty message.
                var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
                if (first.MessageType == WebSocketMessageType.Close || first.EndOfMessage)
                {
                    if (!await AcceptAsync(first, ReadOnlyMemory<byte>.Empty, handle).ConfigureAwait(false))
                    {
                        return;
                    }

                    continue;
                }
            }

            var buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
            try
            {
                (var last, var length, buffer) = await ReadMessageAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (!await AcceptAsync(last, buffer.AsMemory(0, length), handle).ConfigureAwait(false))
                {
                    return;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async Task<(ValueWebSocketReceiveResult Last, int Length, byte[] Buffer)> ReadMessageAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length += result.Count;
            if (result.EndOfMessage || result.MessageType != WebSocketMessageType.Text || length > maxMessageBytes)
            {
                return (result, length, buffer);
            }

            if (length == buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
        }
    }

    /// <summary>Takes what was read; false when the connection ends with it.</summary>
    private async ValueTask<bool> AcceptAsync(ValueWebSocketReceiveResult last, ReadOnlyMemory<byte> message, Func<ReadOnlyMemory<byte>, ValueTask> handle)
    {
        if (last.MessageType == WebSocketMessageType.Close)
        {
            // Answer with the client's own code (RFC 6455, section 5.5.1).
            connection.Close((int?)socket.CloseStatus ?? CloseCode.NoStatus, string.Empty);
            return false;
        }

        if (last.MessageType == WebSocketMessageType.Binary)
        {
            connection.Close(CloseCode.Misuse, "binary frames are not part of the protocol");
            return false;
        }

        if (message.Length > maxMessageBytes)
        {
            connection.Close(CloseCode.MessageTooBig, "the message is too large");
            return false;
        }

        connection.Heard();
        await handle(message).ConfigureAwait(false);
        return true;
    }
}
