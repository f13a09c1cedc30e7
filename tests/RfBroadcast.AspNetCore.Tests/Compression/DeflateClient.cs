using System.Net.WebSockets;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Compression;

/// <summary>Clients that offer compression, and an app that accepts it.</summary>
internal static class DeflateClient
{
    public const string Offer = "permessage-deflate; client_max_window_bits";

    private const string Upgrade =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    /// <summary>An app that compresses what has at least 200 bytes.</summary>
    public static Task<BroadcastApp> StartAppAsync(Action<BroadcastWebSocketOptions>? webSockets = null, Action<BroadcastOptions>? broadcasting = null) =>
        BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Broadcasting = broadcasting,
            WebSockets = options =>
            {
                options.Compression.Enabled = true;
                options.Compression.MinBytes = 200;
                webSockets?.Invoke(options);
            },
        });

    /// <summary>Connects on the level of bytes, with an offer; null offers nothing.</summary>
    public static Task<RawClient> ConnectRawAsync(Uri server, string pathAndQuery, string? offer = Offer) => RawClient.ConnectAsync(
        server,
        pathAndQuery,
        upgrade: offer is null ? Upgrade : $"{Upgrade}Sec-WebSocket-Extensions: {offer}\r\n");

    /// <summary>Connects the BCL's client; it must have got what it offered.</summary>
    public static async Task<WireClient> ConnectAsync(Uri server, string pathAndQuery)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        await socket.ConnectAsync(new Uri($"ws://{server.Authority}{pathAndQuery}"), CancellationToken.None).InTimeAsync();
        socket.HttpResponseHeaders!["Sec-WebSocket-Extensions"].Should().Equal("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
        var client = WireClient.Over(socket);
        await client.GreetingAsync();
        return client;
    }

    /// <summary>A masked frame whose payload is this text, compressed.</summary>
    public static byte[] Message(string text) => RawClient.Frame(0xC1, Deflated.Deflate(text));

    /// <summary>The text of a frame of the server's, compressed or not.</summary>
    public static string TextOf(RawFrame frame) =>
        IsDeflated(frame) ? System.Text.Encoding.UTF8.GetString(Deflated.Inflate(frame.Payload)) : frame.Text;

    public static bool IsDeflated(RawFrame frame) => (frame.FirstByte & 0x40) != 0;
}
