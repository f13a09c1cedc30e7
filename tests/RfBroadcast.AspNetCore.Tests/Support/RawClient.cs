using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>
/// A WebSocket client on the level of bytes, for what a well-made one never does: broken frames, no pongs, not reading,
/// vanishing. It does nothing by itself; the pings by which the server finds the way to its socket it passes over, or answers
/// when told to.
/// </summary>
internal sealed class RawClient : IDisposable
{
    private const string Upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly byte[] Mask = [0x11, 0x22, 0x33, 0x44];

    private readonly TcpClient? _tcp; // null over a stream of somebody else's
    private readonly Stream _stream;

    private RawClient(TcpClient? tcp, Stream stream)
    {
        _tcp = tcp;
        _stream = stream;
    }

    /// <summary>Whether the pings by which the server finds the way to its socket are answered, so that it goes there.</summary>
    public bool LetsOnSocket { get; init; }

    /// <summary>The status line and the headers of the server's answer.</summary>
    public string Answer { get; private set; } = "";

    /// <summary>Connects, and reads the answer to the handshake.</summary>
    /// <param name="over">Lays something over the connection: TLS.</param>
    public static async Task<RawClient> ConnectAsync(
        Uri server,
        string pathAndQuery,
        string? token = null,
        string? upgrade = Upgrade,
        string? host = null,
        int receiveBuffer = 0,
        bool letsOnSocket = false,
        Func<Stream, Task<Stream>>? over = null)
    {
        var tcp = new TcpClient { NoDelay = true };
        if (receiveBuffer > 0)
        {
            tcp.ReceiveBufferSize = receiveBuffer; // before connecting, so that the window stays as small
        }

        await tcp.ConnectAsync(server.Host, server.Port).WaitAsync(Limit);
        var client = new RawClient(tcp, over is null ? tcp.GetStream() : await over(tcp.GetStream()).WaitAsync(Limit)) { LetsOnSocket = letsOnSocket };
        await client.ShakeHandsAsync(pathAndQuery, host ?? server.Authority, token, upgrade);
        return client;
    }

    /// <summary>The same over a connection of somebody else's.</summary>
    public static async Task<RawClient> OpenAsync(Stream connection, Uri server, string pathAndQuery, string? token = null)
    {
        var client = Over(connection);
        await client.ShakeHandsAsync(pathAndQuery, server.Authority, token, Upgrade);
        return client;
    }

    /// <summary>Over a stream that is a WebSocket already.</summary>
    public static RawClient Over(Stream stream) => new(tcp: null, stream);

    /// <summary>A frame as a client must send it: masked.</summary>
    public static byte[] Frame(byte firstByte, ReadOnlySpan<byte> payload)
    {
        using var frame = new MemoryStream();
        frame.WriteByte(firstByte);
        if (payload.Length < 126)
        {
            frame.WriteByte((byte)(0x80 | payload.Length));
        }
        else
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)payload.Length);
            frame.WriteByte(0x80 | 127);
            frame.Write(length);
        }

        frame.Write(Mask);
        for (var i = 0; i < payload.Length; i++)
        {
            frame.WriteByte((byte)(payload[i] ^ Mask[i % 4]));
        }

        return frame.ToArray();
    }

    public async Task SendAsync(byte[] bytes)
    {
        await _stream.WriteAsync(bytes).AsTask().WaitAsync(Limit);
        await _stream.FlushAsync().WaitAsync(Limit);
    }

    public Task SendTextAsync(string text) => SendAsync(Frame(0x81, Encoding.UTF8.GetBytes(text)));

    /// <summary>The next frame, or null when the server has ended the connection.</summary>
    public async Task<RawFrame?> ReadAsync()
    {
        while (await ReadAnyAsync() is { } frame)
        {
            if (!frame.IsBarrier)
            {
                return frame;
            }

            if (LetsOnSocket)
            {
                await SendPongAsync(frame);
            }
        }

        return null;
    }

    /// <summary>The same, and nothing is passed over or answered.</summary>
    public async Task<RawFrame?> ReadAnyAsync()
    {
        try
        {
            return await TakeFrameAsync();
        }
        catch (Exception fault) when (fault is EndOfStreamException or IOException)
        {
            return null;
        }
    }

    public Task SendPongAsync(RawFrame ping) => SendAsync(Frame(0x8A, ping.Payload));

    /// <summary>Reads on to a frame of this type, which is not compressed.</summary>
    public async Task<RawFrame> ReadToAsync(string type)
    {
        while (true)
        {
            var frame = await ReadAsync() ?? throw new IOException($"The connection ended before a frame \"{type}\".");
            if (frame.Text.StartsWith($"{{\"type\":\"{type}\"", StringComparison.Ordinal))
            {
                return frame;
            }
        }
    }

    /// <summary>Reads on to the close frame; null when the connection ends without one.</summary>
    public async Task<RawFrame?> ReadToCloseAsync()
    {
        RawFrame? frame;
        do
        {
            frame = await ReadAsync();
        }
        while (frame is { IsClose: false });
        return frame;
    }

    /// <summary>Reads bytes, whatever they are.</summary>
    public Task DiscardAsync(int count) => TakeAsync(count);

    /// <summary>Vanishes with a reset, as a machine that lost its network.</summary>
    public void Reset()
    {
        Tcp.LingerState = new LingerOption(enable: true, seconds: 0);
        Tcp.Close();
    }

    /// <summary>Ends what it sends, without a close frame; the server may still send.</summary>
    public void EndSending() => Tcp.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _tcp?.Dispose(); // first: what lies over it may want to say goodbye, and nobody may listen
        _stream.Dispose();
    }

    private Socket Tcp => (_tcp ?? throw new InvalidOperationException("This client does not own its connection.")).Client;

    private async Task ShakeHandsAsync(string pathAndQuery, string host, string? token, string? upgrade)
    {
        var authorization = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        await SendAsync(Encoding.ASCII.GetBytes($"GET {pathAndQuery} HTTP/1.1\r\nHost: {host}\r\n{upgrade}{authorization}\r\n"));
        Answer = await ReadHeadAsync();
    }

    private async Task<RawFrame> TakeFrameAsync()
    {
        var head = await TakeAsync(2);
        var length = (head[1] & 0x7F) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await TakeAsync(2)),
            127 => (int)BinaryPrimitives.ReadUInt64BigEndian(await TakeAsync(8)),
            var small => small,
        };
        return new RawFrame(head[0], await TakeAsync(length));
    }

    private async Task<byte[]> TakeAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(Limit);
        return bytes;
    }

    private async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await TakeAsync(1))[0]);
        }

        return head.ToString();
    }
}
