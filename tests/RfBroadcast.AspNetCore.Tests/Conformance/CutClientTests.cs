using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>Clients that are killed behind each byte they might send: the server keeps nothing of them.</summary>
[Collection(AloneCollection.Name)]
[Trait("Category", "Slow")]
public sealed class CutClientTests
{
    private const int AtOnce = 24;

    public static TheoryData<WayOut, CutBy> Cuts => WaysOut.Each(CutBy.Reset, CutBy.End);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Client_CutBehindAnyByte_LeavesNothing(WayOut way, CutBy by)
    {
        await using var app = await StartAsync(way);
        await app.PublishAsync("kept", 0, 0); // a history has a timer of its own
        using var left = new Leftovers(app);
        var bytes = await PlayAsync(app, way, int.MaxValue, by);
        bytes.Should().BeGreaterThan(400, "a whole client was recorded");
        using var enough = new CancellationTokenSource();
        var publishing = PublishAsync(app, enough.Token);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, bytes + 1),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (at, _) => await PlayAsync(app, way, at, by).InTimeAsync());

        await enough.CancelAsync();
        await publishing;
        await left.NothingAsync(atLeast: bytes / 4);
    }

    private static Task<BroadcastApp> StartAsync(WayOut way) => BroadcastApp.StartAsync(new BroadcastAppSetup
    {
        Way = way,
        Services = services => services.AddSingleton<StubBroadcaster>().AddSingleton<IBroadcaster>(provider => provider.GetRequiredService<StubBroadcaster>()),
        Broadcasting = options =>
        {
            options.PresenceGrace = TimeSpan.FromMilliseconds(100);
            options.Channels.For("kept", channel => channel.KeepHistory(20, TimeSpan.FromMinutes(1)));
        },
        Map = map => map.MapBroadcastChannel("room", () => true),
    });

    /// <summary>A whole life of a client, up to a byte; gives how many bytes it has sent.</summary>
    private static async Task<int> PlayAsync(BroadcastApp app, WayOut way, int at, CutBy by)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        await using var connection = new CutStream(socket, at, by);
        try
        {
            using var client = await way.OpenRawAsync(connection, app.Address, "/ws?channel=news", TestTokens.Of("7"));
            await client.ReadAnyAsync(); // the greeting
            await client.SendAsync(await PongAsync(client, way));
            await client.SendAsync(Script());
            connection.Cut();
            await EndAsync(connection, way);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or ObjectDisposedException)
        {
            await EndAsync(connection, way); // cut as it was meant to be
        }

        return connection.Sent;
    }

    private static async Task EndAsync(CutStream connection, WayOut way)
    {
        if (connection.IsOpen && !way.IsHttp2()) // whose client reads by itself
        {
            await connection.ReadToEndAsync().InTimeAsync();
        }
    }

    /// <summary>What lets the server send to the socket, on that way.</summary>
    private static async Task<byte[]> PongAsync(RawClient client, WayOut way) =>
        way == WayOut.Socket ? RawClient.Frame(0x8A, (await client.ReadAnyAsync() ?? throw new IOException("The server has ended the connection.")).Payload) : [];

    private static byte[] Script() =>
    [
        .. Frames.Text("""{"type":"subscribe","channel":"presence-room"}"""),
        .. Frames.Text("""{"type":"subscribe","channel":"kept","last":10}"""),
        .. Frames.Ping("still there?"),
        .. Frames.Text("""{"type":"ping","id":1}"""),
        .. Frames.Frame(Frames.TextCode, [.. "{\"type\":"u8], isFinal: false),
        .. Frames.Ping(),
        .. Frames.Frame(Frames.Continuation, [.. "\"ping\",\"id\":\"in fragments\""u8], isFinal: false),
        .. Frames.Frame(Frames.Continuation, [.. "}"u8]),
        .. Frames.Text("""{"type":"unsubscribe","channel":"news"}"""),
        .. Frames.Close(1000, "goodbye"),
    ];

    private static async Task PublishAsync(BroadcastApp app, CancellationToken enough)
    {
        for (var number = 1; !enough.IsCancellationRequested; number++)
        {
            await app.PublishAsync("news", number, number, padding: 500);
            await app.PublishAsync("kept", number, number, padding: 500);
            await app.PublishAsync("presence-room", number, number);
            await Task.Delay(1, CancellationToken.None);
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Client_CutWhileALargeFrameIsOnItsWay_LeavesNothing(WayOut way, CutBy by)
    {
        await using var app = await StartAsync(way);
        await app.PublishAsync("kept", 0, 0);
        using var left = new Leftovers(app);
        int[] reads = [0, 1, 2, 9, 10, 11, 1000, 4096, 65_535, 65_536, 100_000, 500_000];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 10).SelectMany(_ => reads),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (read, _) => await ReadAsync(app, way, read, by).InTimeAsync());

        await left.NothingAsync(atLeast: 100);
    }

    /// <summary>A client that is sent more than all buffers hold, and goes when it has read some of it.</summary>
    private static async Task ReadAsync(BroadcastApp app, WayOut way, int read, CutBy by)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = SmallBuffers.Size };
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        await using var connection = new CutStream(socket, int.MaxValue, by);
        using var client = await way.OpenRawAsync(connection, app.Address, "/ws");
        var id = new WireFrame((await client.ReadAnyAsync())!.Text).String("connection_id");
        await client.SendAsync(await PongAsync(client, way));
        await client.SendAsync(Frames.Ping("on its way")); // its pong goes where all frames will
        await client.ReadAnyAsync();
        for (var i = 0; i < 3; i++)
        {
            await app.Broadcaster.ToConnection(id).Event("large").With(new string('x', 200_000)).SendAsync();
        }

        await client.DiscardAsync(read);
        connection.Cut();
    }
}
