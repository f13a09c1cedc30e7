using System.Net.Sockets;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>How a connection is cut.</summary>
public enum CutBy
{
    /// <summary>A reset: the process was killed with bytes unread, or a middlebox forgot the connection.</summary>
    Reset,

    /// <summary>An end of what the client sends: the process was killed, or the machine shut down.</summary>
    End,
}

/// <summary>A client's connection that is cut behind its byte number <paramref name="at"/>, whatever lies over it.</summary>
internal sealed class CutStream(Socket socket, int at, CutBy by) : Stream
{
    private readonly NetworkStream _inner = new(socket, ownsSocket: true);
    private int _sent;
    private bool _isCut;

    /// <summary>Whether the connection has an end that reads.</summary>
    public bool IsOpen => !_isCut || by == CutBy.End;

    /// <summary>How many bytes were sent.</summary>
    public int Sent => _sent;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Cuts the connection, if that has not been done.</summary>
    public void Cut()
    {
        if (_isCut)
        {
            return;
        }

        _isCut = true;
        if (by == CutBy.Reset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        else
        {
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    /// <summary>After an end: reads until the server has ended, too, so that no byte of its is answered by a reset.</summary>
    public async Task ReadToEndAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _inner.ReadAsync(buffer) > 0)
            {
                // What it says does not matter.
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // It ended with a reset, or we did.
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var part = buffer[..Math.Min(at - _sent, buffer.Length)];
        if (!part.IsEmpty)
        {
            await _inner.WriteAsync(part, cancellationToken);
            _sent += part.Length;
        }

        if (part.Length < buffer.Length)
        {
            Cut();
            throw new IOException("The connection was cut.");
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inner.ReadAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
