using System.Net.Sockets;

namespace RfBroadcast.Benchmarks;

/// <summary>A socket of the limit server and what it could not take yet. The pump's thread alone touches it.</summary>
internal sealed class LimitConnection(Socket socket)
{
    private Queue<ReadOnlyMemory<byte>>? _waiting;

    public int Fd { get; } = (int)socket.Handle;

    /// <summary>Its id at the pump's epoll; 0 until it first had to wait.</summary>
    public int Id { get; set; }

    public bool IsWaiting => _waiting is { Count: > 0 };

    /// <summary>Sends or keeps; false when the client has gone.</summary>
    public bool Send(byte[] batch)
    {
        if (IsWaiting)
        {
            _waiting!.Enqueue(batch); // it is waiting, so it has one
            return true;
        }

        var sent = socket.Send(batch, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            socket.Dispose();
            return false;
        }

        if (sent < batch.Length)
        {
            (_waiting ??= []).Enqueue(batch.AsMemory(Math.Max(0, sent)));
        }

        return true;
    }

    /// <summary>Sends what waits, as far as the socket takes it.</summary>
    public void SendWaiting()
    {
        while (_waiting is { Count: > 0 })
        {
            var bytes = _waiting.Peek();
            var sent = socket.Send(bytes.Span, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return;
            }

            if (error != SocketError.Success)
            {
                _waiting.Clear();
                return;
            }

            _waiting.Dequeue();
            if (sent < bytes.Length)
            {
                var rest = _waiting;
                _waiting = new Queue<ReadOnlyMemory<byte>>([bytes[sent..], .. rest]);
                return;
            }
        }
    }
}
