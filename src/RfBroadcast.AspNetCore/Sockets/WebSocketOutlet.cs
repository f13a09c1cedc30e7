using System.Net.WebSockets;
using System.Text;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Sends through a <see cref="WebSocket"/>, for servers that offer nothing below it (TestServer). It makes its own frames, so
/// the prepared ones are taken apart; it sends no pings.
/// </summary>
internal sealed class WebSocketOutlet(WebSocket socket) : IFrameOutlet
{
    public bool SendsPings => false;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var (opcode, payload) = WebSocketFrame.Next(ref frames);
            if (opcode is WebSocketFrame.Text or WebSocketFrame.Binary)
            {
                var type = opcode == WebSocketFrame.Text ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
                await socket.SendAsync(payload, type, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
            }
            else if (opcode == WebSocketFrame.Close)
            {
                await CloseAsync(payload).ConfigureAwait(false);
            }
        }
    }

    public void Abort()
    {
        // Aborted by itself it has sent its close for a broken frame, which may still be under way.
        if (socket.State != WebSocketState.Aborted)
        {
            socket.Abort();
        }
    }

    private Task CloseAsync(ReadOnlyMemory<byte> payload)
    {
        var code = WebSocketFrame.CodeOf(payload.Span);
        var reason = payload.Length <= 2 ? null : Encoding.UTF8.GetString(payload.Span[2..]);
        return socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
    }
}
