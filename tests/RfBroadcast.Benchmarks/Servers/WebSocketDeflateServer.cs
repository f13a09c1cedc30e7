using System.Net.WebSockets;
using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// What an app writes with ASP.NET Core alone: a list of WebSockets with compression as it comes (each connection keeps its
/// context), and a loop that sends the text to one after the other. Its messages look like RfBroadcast's.
/// </summary>
internal sealed class WebSocketDeflateServer : IBenchmarkServer
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PublishedChannel> _channels = new(StringComparer.Ordinal);

    public WebSocketDeflateServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Map("/ws", AcceptAsync);
    }

    public async Task<int> StartAsync()
    {
        await _app.StartAsync();
        return WebPort.Of(_app);
    }

    public IPublishedChannel Channel(string name) => Find(name);

    private async Task AcceptAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { DangerousEnableCompression = true });
        var channel = Find(context.Request.Query["channel"].ToString());
        channel.Add(socket);
        try
        {
            while ((await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                // The load generator says nothing.
            }
        }
        catch (WebSocketException)
        {
            // It goes without a close.
        }

        channel.Remove(socket);
    }

    private PublishedChannel Find(string name)
    {
        lock (_lock)
        {
            if (!_channels.TryGetValue(name, out var channel))
            {
                _channels.Add(name, channel = new PublishedChannel(name));
            }

            return channel;
        }
    }

    private sealed class PublishedChannel(string name) : IPublishedChannel
    {
        private readonly Lock _lock = new();
        private readonly byte[] _prefix = Encoding.ASCII.GetBytes($"{{\"type\":\"event\",\"channel\":\"{name}\",\"event\":\"tick\",\"data\":");
        private WebSocket[] _sockets = [];

        private static ReadOnlySpan<byte> Suffix => ",\"timestamp\":\"2026-01-31T10:00:00.000Z\"}"u8;

        public void Add(WebSocket socket)
        {
            lock (_lock)
            {
                _sockets = [.. _sockets, socket];
            }
        }

        public void Remove(WebSocket socket)
        {
            lock (_lock)
            {
                _sockets = [.. _sockets.Where(other => other != socket)];
            }
        }

        public async ValueTask PublishAsync(long number, byte[] padding)
        {
            var message = Encode(new Payload(number, padding));
            foreach (var socket in _sockets)
            {
                await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }
        }

        private byte[] Encode(Payload payload)
        {
            var message = new byte[_prefix.Length + payload.Length + Suffix.Length];
            _prefix.CopyTo(message, 0);
            payload.Write(message.AsSpan(_prefix.Length));
            Suffix.CopyTo(message.AsSpan(_prefix.Length + payload.Length));
            return message;
        }
    }
}
