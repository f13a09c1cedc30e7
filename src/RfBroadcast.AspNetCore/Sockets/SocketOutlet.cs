using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Writes prepared bytes to the upgraded stream until the <see cref="SocketBarrier"/> is passed, then to the connection's own
/// socket: at once while its buffer has room, and awaited when it has not.
/// </summary>
internal sealed class SocketOutlet(Stream stream, Socket socket, HttpContext context, TimerWheel wheel) : RequestOutlet(context)
{
    private SocketBarrier? _barrier = new(wheel); // null once it is passed

    public override bool SendsPings => true;

    public override object? Target => socket;

    /// <summary>Whether frames go to the socket.</summary>
    public bool IsOnSocket => Volatile.Read(ref _barrier) is null;

    /// <summary>The client has sent a pong, which may be the barrier's.</summary>
    public void Ponged(ReadOnlySpan<byte> payload)
    {
        if (_barrier is not { } barrier)
        {
            return;
        }

        barrier.Ponged(payload);
        if (barrier.IsPassed)
        {
            socket.Blocking = false;
            Volatile.Write(ref _barrier, null);
        }
    }

    public override void Abort()
    {
        base.Abort();
        _barrier?.GiveUp(); // a held write fails now, so that the request can end
    }

    protected override ValueTask StartAsync(ReadOnlyMemory<byte> frames)
    {
        if (Volatile.Read(ref _barrier) is not { } barrier)
        {
            return SendAsync(frames);
        }

        switch (barrier.Next(out var ping))
        {
            case SocketBarrier.Way.StreamAndPing when !WebSocketFrame.EndWithClose(frames): // after which nothing may follow
                return WriteAsync(frames, ping);
            case SocketBarrier.Way.Stream:
            case SocketBarrier.Way.StreamAndPing:
                return stream.WriteAsync(frames, CancellationToken.None);
            case SocketBarrier.Way.Wait:
                return WaitAndWriteAsync(barrier, frames);
            default:
                socket.Blocking = false; // the reader, who saw the pong, is about to do the same
                return SendAsync(frames);
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> frames)
    {
        var sent = socket.Send(frames.Span, SocketFlags.None, out var error);
        if (error == SocketError.Success && sent == frames.Length)
        {
            return default;
        }

        return error is SocketError.Success or SocketError.WouldBlock
            ? SendRestAsync(frames[sent..])
            : throw new SocketException((int)error);
    }

    /// <summary>The socket's buffer is full: waits until the client has taken some of it.</summary>
    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var sent = await socket.SendAsync(frames, SocketFlags.None, CancellationToken.None).ConfigureAwait(false);
            frames = frames[sent..];
        }
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> frames, ReadOnlyMemory<byte> ping)
    {
        // In one write, so that it is one packet: it happens once or twice in the life of a connection.
        var both = new byte[frames.Length + ping.Length];
        frames.CopyTo(both);
        ping.CopyTo(both.AsMemory(frames.Length));
        return stream.WriteAsync(both, CancellationToken.None);
    }

    private async ValueTask WaitAndWriteAsync(SocketBarrier barrier, ReadOnlyMemory<byte> frames)
    {
        await barrier.Settled.ConfigureAwait(false);
        await StartAsync(frames).ConfigureAwait(false);
    }
}
