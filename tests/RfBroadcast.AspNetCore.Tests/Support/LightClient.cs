using System.Net.Sockets;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>
/// A WebSocket client on a bare socket, so that a test can have a thousand: it answers pings and closes, and gives each text as
/// it comes, on the thread that read it.
/// </summary>
internal sealed class LightClient : IDisposable
{
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    private readonly Socket _socket;
    private readonly Action<ReadOnlyMemory<byte>> _received;
    private readonly SemaphoreSlim _sending = new(1);
    private byte[] _buffer = new byte[2048];
    private int _start;
    private int _end;

    private LightClient(Socket socket, Action<ReadOnlyMemory<byte>> received)
    {
        _socket = socket;
        _received = received;
    }

    /// <summary>Completes when the connection has ended, either way; fails when what came could not be taken.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public static async Task<LightClient> ConnectAsync(Uri server, string pathAndQuery, Action<ReadOnlyMemory<byte>> received, string? token = null)
    {
        var client = new LightClient(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, received);
        try
        {
            await client._socket.ConnectAsync(server.Host, server.Port);
            var authorization = token is null ? "" : $"Authorization: Bearer {token}\r\n";
            await client._socket.SendAsync(Encoding.ASCII.GetBytes(
                $"GET {pathAndQuery} HTTP/1.1\r\nHost: {server.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{authorization}\r\n"));
            await client.ReadHeadAsync();
        }
        catch
        {
            client.Dispose();
            throw;
        }

        client.Ended = Task.Run(client.ReadAsync);
        return client;
    }

    public Task SendTextAsync(string text) => SendAsync(0x81, Encoding.UTF8.GetBytes(text));

    /// <summary>Says goodbye, and waits for the answer.</summary>
    public async Task CloseAsync()
    {
        await SendAsync(0x88, [0x03, 0xE8]);
        await Ended;
    }

    /// <summary>Vanishes with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task SendAsync(byte firstByte, byte[] payload)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(RawClient.Frame(firstByte, payload));
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadHeadAsync()
    {
        int head;
        while ((head = _buffer.AsSpan(0, _end).IndexOf(HeadEnd)) < 0)
        {
            if (!await FillAsync())
            {
                throw new IOException("The server ended the handshake.");
            }
        }

        var answer = Encoding.ASCII.GetString(_buffer, 0, head);
        if (!answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            throw new IOException($"The server refused: {answer}");
        }

        _start = head + HeadEnd.Length;
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                while (TryTakeFrame(out var opcode, out var payload))
                {
                    switch (opcode)
                    {
                        case 1:
                            _received(payload);
                            break;
                        case 8:
                            await SendAsync(0x88, payload.ToArray());
                            return;
                        case 9:
                            await SendAsync(0x8A, payload.ToArray());
                            break;
                    }
                }

                if (!await FillAsync())
                {
                    return;
                }
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Ended without a close, from here or from there.
        }
        finally
        {
            _socket.Dispose();
        }
    }

    private bool TryTakeFrame(out int opcode, out ReadOnlyMemory<byte> payload)
    {
        (opcode, payload) = (0, default);
        var bytes = _buffer.AsSpan(_start, _end - _start);
        if (bytes.Length < 2)
        {
            return false;
        }

        var (length, head) = (bytes[1] & 0x7F) switch
        {
            126 when bytes.Length >= 4 => ((bytes[2] << 8) | bytes[3], 4),
            < 126 => (bytes[1] & 0x7F, 2),
            _ => (int.MaxValue - 10, 10), // the server of these tests sends no frame over 64 KB
        };
        if (bytes.Length < head + length)
        {
            return false;
        }

        opcode = bytes[0] & 0x0F;
        payload = _buffer.AsMemory(_start + head, length);
        _start += head + length;
        return true;
    }

    private async Task<bool> FillAsync()
    {
        if (_end == _buffer.Length)
        {
            // What was taken goes; what is there is moved, into a larger buffer when it fills this one.
            var target = _end - _start > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            _buffer.AsSpan(_start, _end - _start).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, _end - _start);
        }

        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end));
        _end += count;
        return count > 0;
    }
}
