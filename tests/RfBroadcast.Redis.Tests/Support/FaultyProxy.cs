using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>
/// A TCP proxy on the loopback that does what networks do: it delays, cuts, refuses, and freezes (bytes stop in both
/// directions or in one, the connections stay open). Thread-safe.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, LoopbackPorts.Next());
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new(); // whether what it says is passed on
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, bool> _subscribed = new(); // servers' ends of the connections that have subscribed
    private readonly Task _accepting;
    private TaskCompletionSource _flowing = Flowing();
    private TaskCompletionSource _answering = Flowing();

    /// <summary>Starts a proxy to a port of the loopback.</summary>
    public FaultyProxy(int target)
    {
        Target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The port that new connections lead to.</summary>
    public int Target { get; set; }

    /// <summary>What each piece of bytes waits in each direction. Bytes keep their order.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether new connections are closed at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>What the server's bytes have instead of what: texts of one length, which stand within one piece.</summary>
    public (string From, string To)? Rewrite { get; set; }

    /// <summary>What is waited for, once, before a client's bytes with this text, which stands within one piece, go on. The other connections go on meanwhile.</summary>
    public (string Text, Func<Task> Happens)? Before { get; set; }

    /// <summary>How many connections are open.</summary>
    public int ConnectionCount => _sockets.Count / 2;

    /// <summary>Resets all connections.</summary>
    public void Cut()
    {
        foreach (var (socket, _) in _sockets)
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Dispose();
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }
    }

    /// <summary>Stops all bytes, of connections to come too.</summary>
    public void Freeze() => Stop(ref _flowing);

    /// <summary>Stops what comes from the server: commands arrive there, and are not answered.</summary>
    public void FreezeAnswers() => Stop(ref _answering);

    /// <summary>Lets them go on, those that were stopped first.</summary>
    public void Thaw()
    {
        _flowing.TrySetResult();
        _answering.TrySetResult();
    }

    /// <summary>Lets the connections that are there fall silent for good, open as they are; new ones work.</summary>
    public void Silence()
    {
        foreach (var (socket, _) in _sockets)
        {
            _sockets[socket] = false;
        }
    }

    /// <summary>The same for what comes from the server on connections that have subscribed, and for those alone.</summary>
    public void SilenceSubscriptions()
    {
        foreach (var (server, _) in _subscribed)
        {
            _sockets[server] = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Thaw();
        _listener.Stop();
        Cut();
        await _accepting;
        _stopping.Dispose();
        _listener.Dispose();
    }

    private static TaskCompletionSource Flowing()
    {
        var flowing = new TaskCompletionSource();
        flowing.SetResult();
        return flowing;
    }

    private static void Stop(ref TaskCompletionSource gate)
    {
        if (gate.Task.IsCompleted)
        {
            gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                running.RemoveAll(task => task.IsCompleted);
                running.Add(ServeAsync(client));
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Stopped, or the client went before it was accepted.
            }
        }

        await Task.WhenAll(running);
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            if (Refuses)
            {
                client.LingerState = new LingerOption(enable: true, seconds: 0);
                return;
            }

            try
            {
                await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Target), _stopping.Token);
                _sockets[client] = true;
                _sockets[server] = true;
                await Task.WhenAny(PumpAsync(client, server, isAnswer: false), PumpAsync(server, client, isAnswer: true));
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Nobody listens there, or cut.
            }
            finally
            {
                _sockets.TryRemove(client, out _);
                _sockets.TryRemove(server, out _);
                _subscribed.TryRemove(server, out _);
            }
        }
    }

    private void Replace(Span<byte> piece)
    {
        if (Rewrite is var (from, to) && piece.IndexOf(Encoding.ASCII.GetBytes(from)) is >= 0 and var start)
        {
            Encoding.ASCII.GetBytes(to, piece[start..]);
        }
    }

    private Task WaitBeforeAsync(ReadOnlyMemory<byte> piece)
    {
        if (Before is var (text, happens) && piece.Span.IndexOf(Encoding.ASCII.GetBytes(text)) >= 0)
        {
            Before = null;
            return happens();
        }

        return Task.CompletedTask;
    }

    private async Task PumpAsync(Socket from, Socket to, bool isAnswer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                if (Delay > TimeSpan.Zero)
                {
                    await Task.Delay(Delay, _stopping.Token);
                }

                await _flowing.Task;
                await (isAnswer ? _answering.Task : Task.CompletedTask);
                if (!_sockets.GetValueOrDefault(from))
                {
                    continue; // it has fallen silent
                }

                if (!isAnswer && buffer.AsSpan(0, count).IndexOf("SUBSCRIBE"u8) >= 0)
                {
                    _subscribed[to] = true;
                }

                await (isAnswer ? Task.CompletedTask : WaitBeforeAsync(buffer.AsMemory(0, count)));
                Replace(buffer.AsSpan(0, count));
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stopping.Token);
                }
            }
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone; the other follows.
        }
    }
}
