using System.Buffers;
using System.Net.WebSockets;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>What only shows inside; the reader's behaviour is held by the tests of the protocol.</summary>
public sealed class WebSocketReaderTests
{
    [Fact]
    public async Task Run_WhenTheClientVanishesAfterTheBufferGrew_GivesEveryBufferBackOnce()
    {
        using var socket = new VanishingSocket(fullBuffers: 1);
        var reader = new WebSocketReader(socket, connection: null!, maxMessageBytes: 64 * 1024, CancellationToken.None); // no message gets so far

        var run = () => reader.RunAsync(new Texts());

        await run.Should().ThrowAsync<WebSocketException>();
        var first = ArrayPool<byte>.Shared.Rent(1024);
        var second = ArrayPool<byte>.Shared.Rent(1024);
        first.Should().NotBeSameAs(second, "what is given back twice is lent twice");
    }

    private sealed class Texts : IMessageHandler
    {
        public bool TakesBinary => false;

        public ValueTask AcceptAsync(ReadOnlyMemory<byte> message, bool isText) => default;
    }

    /// <summary>Fills some buffers with a message that never ends; all at once, so that it stays on the test's thread.</summary>
    private sealed class VanishingSocket(int fullBuffers) : WebSocket
    {
        private int _filled;

        /// <summary>How many bytes it has given.</summary>
        public long Given { get; private set; }

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => WebSocketState.Open;

        public override string? SubProtocol => null;

        public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            Given += buffer.Length;
            return _filled++ < fullBuffers
                ? ValueTask.FromResult(new ValueWebSocketReceiveResult(buffer.Length, WebSocketMessageType.Text, endOfMessage: false))
                : throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
        }

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override void Abort()
        {
        }

        public override void Dispose()
        {
        }
    }
}
