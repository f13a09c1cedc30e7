using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>A server that offers only its own WebSocket and no stream: the same protocol, without pings.</summary>
public sealed class TestServerTests
{
    private static BroadcastAppSetup Setup => new() { Server = host => host.UseTestServer() };

    [Fact]
    public async Task Connection_ThroughTheServersOwnWebSocket_SpeaksTheProtocol()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var socket = await ConnectAsync(app, "/ws/news");

        (await ReadAsync(socket)).Should().StartWith("""{"type":"connected",""");
        (await ReadAsync(socket)).Should().Be("""{"type":"subscribed","channel":"news"}""");
        await app.Broadcaster.BroadcastToChannelAsync("news", "x", new string('y', 70_000));
        (await ReadAsync(socket)).Should().HaveLength(70_000 + """{"type":"event","channel":"news","event":"x","data":"","timestamp":"2026-01-31T10:00:00.000Z"}""".Length);
        await socket.SendAsync("""{"type":"ping"}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        (await ReadAsync(socket)).Should().Be("""{"type":"pong"}""");
        await socket.SendAsync(Array.Empty<byte>(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        (await ReadAsync(socket)).Should().Contain("bad_message");

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None).InTimeAsync();

        socket.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Connection_ClosedByTheApp_GetsItsCode()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var socket = await ConnectAsync(app, "/ws");
        var id = new WireFrame(await ReadAsync(socket)).String("connection_id");

        await app.Connections.DisconnectAsync(id, DisconnectReason.Reconnect);

        (await ReadAsync(socket)).Should().BeEmpty();
        ((int?)socket.CloseStatus).Should().Be(4200);
        socket.CloseStatusDescription.Should().Be("reconnect");
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Connection_ThatVanishes_LeavesNothing()
    {
        await using var app = await BroadcastApp.StartAsync(Setup);
        using var socket = await ConnectAsync(app, "/ws/news");
        await ReadAsync(socket);

        socket.Abort();

        await app.EmptyAsync();
    }

    private static Task<WebSocket> ConnectAsync(BroadcastApp app, string path) => ((TestServer)app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>())
        .CreateWebSocketClient()
        .ConnectAsync(new Uri("ws://localhost" + path), CancellationToken.None)
        .InTimeAsync();

    private static async Task<string> ReadAsync(WebSocket socket)
    {
        var buffer = new byte[1024];
        var text = new List<byte>();
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, CancellationToken.None).InTimeAsync();
            text.AddRange(buffer.AsSpan(0, part.Count));
        }
        while (!part.EndOfMessage);
        return Encoding.UTF8.GetString([.. text]);
    }
}
