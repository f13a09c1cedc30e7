using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>The server's pings, and 4201 when nothing answers.</summary>
public sealed class HeartbeatTests
{
    private static readonly byte[] Pong = RawClient.Frame(0x8A, []);

    [Fact]
    public async Task SilentConnection_IsPingedAndThenClosed4201()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new() { Time = time });
        using var client = await app.ConnectRawAsync();
        await client.ReadAsync();
        time.Advance(TimeSpan.FromSeconds(29));
        await AliveAsync(client); // no ping so far, and heard at 29 s

        time.Advance(TimeSpan.FromSeconds(31));
        (await client.ReadAsync())!.IsPing.Should().BeTrue();
        time.Advance(TimeSpan.FromSeconds(30));

        var close = await client.ReadAsync();
        close!.CloseCode.Should().Be(4201);
        await client.SendAsync(RawClient.Frame(0x88, close.Payload));
        (await client.ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task SilentConnection_ThatPongs_Lives()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new() { Time = time });
        using var client = await app.ConnectRawAsync();
        await client.ReadAsync();
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(31));
            (await client.ReadAsync())!.IsPing.Should().BeTrue();
            await client.SendAsync(Pong);
            await AliveAsync(client);
        }
    }

    [Theory]
    [InlineData("""{"type":"ping"}""")]
    [InlineData("nonsense")]
    public async Task AnyFrame_CountsAsLife(string message)
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new() { Time = time });
        using var client = await app.ConnectRawAsync();
        await client.ReadAsync();
        for (var i = 0; i < 8; i++)
        {
            time.Advance(TimeSpan.FromSeconds(25));
            await client.SendTextAsync(message);
            (await client.ReadAsync())!.Opcode.Should().Be(1, "one that talks is never pinged");
        }
    }

    [Fact]
    public async Task SilentClient_WhoseLibraryPongs_LivesThroughManyIntervals()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new() { Time = time });
        var client = await app.ConnectAsync();
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(31));
            await client.ExpectQuietAsync();
        }
    }

    [Fact]
    public async Task Heartbeat_ByTheRealClock_PingsAndCloses()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.PingInterval = TimeSpan.FromSeconds(1) });
        using var client = await app.ConnectRawAsync();
        await client.ReadAsync();

        (await client.ReadAsync())!.IsPing.Should().BeTrue();
        (await client.ReadAsync())!.CloseCode.Should().Be(4201);
    }

    private static async Task AliveAsync(RawClient client)
    {
        await client.SendTextAsync("""{"type":"ping"}""");
        (await client.ReadAsync())!.Text.Should().Be("""{"type":"pong"}""");
    }
}
