using System.Buffers;
using RfBroadcast.AspNetCore;

namespace RfBroadcast.EchoHost;

/// <summary>One connection whose messages come back as they were.</summary>
internal sealed class EchoTransport(AcceptedSocket socket, BroadcastCompressionOptions compression) : IClientTransport, IMessageHandler
{
    private readonly DeflateFraming _deflate = new(compression);

    public bool TakesBinary => true;

    public Task<bool> ServeAsync(NativeSession session, IReadOnlyList<SubscribeCommand> subscriptions) => socket.ReadAsync(this);

    public ValueTask EndAsync() => socket.EndAsync();

    public ValueTask AcceptAsync(ReadOnlyMemory<byte> message, bool isText)
    {
        var frame = new ArrayBufferWriter<byte>(message.Length + 16);
        if (isText && socket.Connection.Protocol != NativeProtocol.WebSocket)
        {
            _deflate.Write(frame, message.Span); // as negotiated
        }
        else
        {
            WebSocketFrame.Write(frame, isText ? WebSocketFrame.Text : WebSocketFrame.Binary, message.Span);
        }

        socket.Connection.SendControl(frame.WrittenMemory);
        return default;
    }
}
