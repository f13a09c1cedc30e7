namespace RfBroadcast.AspNetCore;

/// <summary>
/// The upgraded stream as the BCL's WebSocket sees it, which reads frames for us. What the BCL itself writes (pongs, a close
/// after a fault), each frame in one write, goes through the connection's queue, so that it never lands inside another frame.
/// </summary>
/// <param name="inner">The upgraded stream.</param>
/// <param name="connection">The connection.</param>
/// <param name="watching">The way out that looks for its pong in what comes; null when none does.</param>
internal sealed class ReaderStream(Stream inner, WebSocketConnection connection, SocketOutlet? watching) : Stream
{
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count > 0)
        {
            connection.Heard();
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
            // The BCL sends one by itself only for broken frames: 1002, or 1007 for invalid UTF-8.
            connection.Close(WebSocketFrame.CodeOf(payload.Span), "the frame was broken");
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
