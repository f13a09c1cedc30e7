using System.Buffers;
using System.Text.Unicode;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// The upgraded stream as the BCL's WebSocket sees it, which reads frames for us. What the BCL itself writes (pongs, a close
/// after a fault), each frame in one write, goes through the connection's queue, so that it never lands inside another frame.
/// </summary>
/// <param name="inner">The upgraded stream.</param>
/// <param name="connection">The connection.</param>
/// <param name="maxMessageBytes">A message that is going to be larger closes.</param>
/// <param name="watching">The way out that looks for its pong in what comes; null when none does.</param>
internal sealed class ReaderStream(Stream inner, WebSocketConnection connection, int maxMessageBytes, SocketOutlet? watching) : Stream
{
    private const string BrokenFrame = "the frame was broken";

    private readonly ClientFrames _frames = new(maxMessageBytes);
    private SocketOutlet? _watching = watching;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the client's close has no code, which the BCL reads as 1000.</summary>
    public bool ClosedWithoutCode => _frames.Close is { IsEmpty: true };

    /// <summary>Reads on, when nothing counts any more, until the client has closed or gone.</summary>
    /// <remarks>
    /// Were the connection ended with bytes unread, it would end with a reset, and the client might never see our close
    /// (RFC 6455, section 7.1.1).
    /// </remarks>
    public async Task DiscardAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            int count;
            while (!_frames.HasClose && (count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                _frames.Walk(buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The client has sent a frame that may not be; it was sent the close for it.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_frames.Fault != 0)
        {
            // All that came before it has been read and handled, or more would not be asked for.
            connection.Close(_frames.Fault, _frames.Fault == CloseCode.MessageTooBig ? "the message is too large" : BrokenFrame);
            throw new IOException("The client's frame may not be.");
        }

        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count > 0)
        {
            connection.Heard();
            _frames.Walk(buffer.Span[..count]);
            if (_watching?.Watch(buffer.Span[..count]) == false)
            {
                _watching = null;
            }
        }

        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var frame = buffer;
        var (opcode, payload) = WebSocketFrame.Next(ref frame);
        if (opcode == WebSocketFrame.Close)
        {
            // The BCL sends one by itself only for broken frames: 1002, or 1007 for invalid UTF-8, though not in a close.
            var isText = WebSocketFrame.CodeOf(payload.Span) == CloseCode.InvalidPayload
                || (_frames is { Fault: 0, Close: { Length: > 2 } close } && !Utf8.IsValid(close.Span[2..]));
            connection.Close(isText ? CloseCode.InvalidPayload : CloseCode.ProtocolError, isText ? "the text was not UTF-8" : BrokenFrame);
        }
        else
        {
            connection.SendControl(buffer.ToArray()); // the BCL reuses its buffer, and the queue may hold the frame for a while
        }

        return default;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
