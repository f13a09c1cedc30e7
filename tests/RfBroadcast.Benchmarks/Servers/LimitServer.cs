using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// What the kernel costs, and nothing else: the WebSocket handshake answered with a fixed text, frames prepared once, batches a
/// channel, non-blocking sends on bare sockets by one thread. It reads nothing after the handshake, checks nothing, and can do
/// nothing but this. Its messages look like RfBroadcast's.
/// </summary>
internal sealed class LimitServer : IBenchmarkServer
{
    private readonly ConcurrentDictionary<string, LimitChannel> _channels = new(StringComparer.Ordinal);
    private readonly LimitPump _pump = new();

    public Task<int> StartAsync()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4096);
        new Thread(() => Accept(listener)) { IsBackground = true }.Start();
        return Task.FromResult(((IPEndPoint)listener.LocalEndPoint!).Port); // bound just now
    }

    public IPublishedChannel Channel(string name) => _channels.GetOrAdd(name, static (key, pump) => new LimitChannel(key, pump), _pump);

    private void Accept(Socket listener)
    {
        var request = new byte[4096];
        while (true)
        {
            var socket = listener.Accept();
            socket.NoDelay = true;
            var length = 0;
            while (!request.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            {
                length += socket.Receive(request.AsSpan(length));
            }

            var (channel, since) = Parse(request.AsSpan(0, length), out var answer);
            socket.Blocking = false;
            ((LimitChannel)Channel(channel)).Add(socket, answer, since);
        }
    }

    // GET /ws?channel=NAME&since=OFFSET HTTP/1.1
    private static (string Channel, long? Since) Parse(ReadOnlySpan<byte> request, out byte[] answer)
    {
        var text = Encoding.ASCII.GetString(request);
        var query = text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..text.IndexOf(" HTTP", StringComparison.Ordinal)];
        var key = text.AsSpan(text.IndexOf("Sec-WebSocket-Key: ", StringComparison.Ordinal) + 19, 24);
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes($"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        answer = Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
        return query.Split("&since=") is [var name, var since]
            ? (name, long.Parse(since, System.Globalization.CultureInfo.InvariantCulture))
            : (query, null);
    }
}
