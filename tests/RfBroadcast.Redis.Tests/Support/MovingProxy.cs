using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>
/// A TCP proxy on the loopback that keeps its clients' connections when it changes the server: what a client says from then on goes to the new server, and
/// what the former one still says goes nowhere. To be moved when no answer is under way.
/// </summary>
internal sealed class MovingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, LoopbackPorts.Next());
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private volatile int _target;

    /// <summary>Starts a proxy to a port of the loopback.</summary>
    public MovingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Changes the server, of all connections.</summary>
    public void MoveTo(int target) => _target = target;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                running.Add(Quietly(ServeAsync(client)));
            }
        }
        catch (Exception fault) when (IsEnd(fault))
        {
            await Task.WhenAll(running);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Keep(client);
        Socket? server = null;
        var connectedTo = 0;
        var answering = Task.CompletedTask;
        var buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
        {
            if (server is null || connectedTo != _target)
            {
                server?.Dispose();
                await answering;
                connectedTo = _target;
                server = Keep(new Socket(SocketType.Stream, ProtocolType.Tcp));
                await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, connectedTo), _stopping.Token);
                answering = Quietly(AnswerAsync(server, client));
            }

            await server.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
        }

        server?.Dispose();
        await answering;
    }

    private async Task AnswerAsync(Socket server, Socket client)
    {
        var buffer = new byte[64 * 1024];
        while (await server.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
        {
            await client.SendAsync(buffer.AsMemory(0, count), _stopping.Token);
        }
    }

    private Socket Keep(Socket socket)
    {
        socket.NoDelay = true;
        _sockets.Add(socket);
        return socket;
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception fault) when (IsEnd(fault))
        {
            // One side has gone, or the test is over.
        }
    }

    private static bool IsEnd(Exception fault) => fault is SocketException or OperationCanceledException or ObjectDisposedException;
}
