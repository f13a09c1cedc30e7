using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>A client of the native protocol over a real <see cref="ClientWebSocket"/>. It reads all the time.</summary>
internal sealed class WireClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly WebSocket _socket;
    private readonly Channel<WireFrame> _frames = System.Threading.Channels.Channel.CreateUnbounded<WireFrame>();
    private readonly ConcurrentQueue<WireFrame> _all = new();
    private readonly Task<WireClose> _closed;
    private WireFrame? _greeting;

    private WireClient(WebSocket socket)
    {
        _socket = socket;
        _closed = ReadAsync();
    }

    /// <summary>The <c>connected</c> frame.</summary>
    public WireFrame Greeting => _greeting!; // whoever gives a client away has read it

    public string ConnectionId => Greeting.String("connection_id");

    /// <summary>Whether no end has come yet.</summary>
    public bool IsOpen => !_closed.IsCompleted;

    /// <summary>Everything that came, in order, while it was kept.</summary>
    public IReadOnlyCollection<WireFrame> All => _all;

    /// <summary>Whether what comes is kept; not where there are too many clients for that.</summary>
    public bool KeepsAll { get; set; } = true;

    /// <summary>Over a socket that is open, for servers that <see cref="ConnectAsync"/> cannot reach.</summary>
    public static WireClient Over(WebSocket socket) => new(socket);

    /// <exception cref="WebSocketException">The handshake was refused.</exception>
    public static async Task<WireClient> ConnectAsync(
        Uri server,
        string pathAndQuery,
        string? token = null,
        Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            socket.Options.CollectHttpResponseDetails = true;
            if (token is not null)
            {
                socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
            }

            configure?.Invoke(socket.Options);
            using var limit = new CancellationTokenSource(Limit);
            await socket.ConnectAsync(new Uri("ws://" + server.Authority + pathAndQuery), limit.Token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new WireClient(socket);
    }

    /// <summary>Reads the <c>connected</c> frame.</summary>
    public async Task<WireFrame> GreetingAsync()
    {
        _greeting = await NextAsync();
        _greeting.Type.Should().Be("connected");
        return _greeting;
    }

    /// <summary>The next frame.</summary>
    public async Task<WireFrame> NextAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            return await _frames.Reader.ReadAsync(limit.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or ChannelClosedException)
        {
            throw new TimeoutException("No further frame came. " + Describe(), fault);
        }
    }

    /// <summary>The next frame, which must be of this type.</summary>
    public async Task<WireFrame> NextAsync(string type)
    {
        var frame = await NextAsync();
        return frame.Type == type ? frame : throw new InvalidOperationException($"Not a frame \"{type}\": {frame}. {Describe()}");
    }

    /// <summary>The next frame of this type, whatever comes before it.</summary>
    public async Task<WireFrame> FindAsync(string type)
    {
        while (true)
        {
            var frame = await NextAsync();
            if (frame.Type == type)
            {
                return frame;
            }
        }
    }

    /// <summary>How the connection ended; waits for it.</summary>
    public async Task<WireClose> ClosedAsync()
    {
        try
        {
            return await _closed.WaitAsync(Limit);
        }
        catch (TimeoutException fault)
        {
            throw new TimeoutException("The connection did not end. " + Describe(), fault);
        }
    }

    /// <summary>Nothing else is on its way: the answer to a ping is the next to come.</summary>
    public async Task ExpectQuietAsync()
    {
        await SendAsync("""{"type":"ping"}""");
        (await NextAsync()).Text.Should().Be("""{"type":"pong"}""");
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type = WebSocketMessageType.Text, bool endOfMessage = true) =>
        _socket.SendAsync(message, type, endOfMessage, CancellationToken.None).AsTask().WaitAsync(Limit);

    /// <summary>Subscribes, and reads the answer.</summary>
    public async Task<WireFrame> SubscribeAsync(string channel)
    {
        await SendAsync(JsonSerializer.Serialize(new { type = "subscribe", channel }));
        var answer = await NextAsync("subscribed");
        answer.String("channel").Should().Be(channel);
        return answer;
    }

    /// <summary>Sends a close; <see cref="ClosedAsync"/> gives the server's answer.</summary>
    public Task CloseAsync(int code = 1000, string? reason = null) =>
        _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None).WaitAsync(Limit);

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }

    private string Describe() => $"State {_socket.State}, end {(_closed.IsCompletedSuccessfully ? _closed.Result.ToString() : "none")}; all that came:\n{string.Join('\n', _all)}";

    private async Task<WireClose> ReadAsync()
    {
        var end = WireClose.None;
        try
        {
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var message = new List<byte>();
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                    message.AddRange(buffer.AsSpan(0, part.Count));
                }
                while (!part.EndOfMessage);

                if (part.MessageType == WebSocketMessageType.Close)
                {
                    end = new WireClose((int?)_socket.CloseStatus ?? 1005, _socket.CloseStatusDescription ?? "");
                    await AnswerAsync();
                    break;
                }

                var frame = new WireFrame(Encoding.UTF8.GetString(message.ToArray()));
                if (KeepsAll)
                {
                    _all.Enqueue(frame);
                }

                _frames.Writer.TryWrite(frame);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // An end without a close.
        }

        _frames.Writer.TryComplete();
        return end;
    }

    private async Task AnswerAsync()
    {
        if (_socket.State == WebSocketState.CloseReceived)
        {
            await _socket.CloseOutputAsync(_socket.CloseStatus ?? WebSocketCloseStatus.Empty, statusDescription: null, CancellationToken.None);
        }
    }
}
