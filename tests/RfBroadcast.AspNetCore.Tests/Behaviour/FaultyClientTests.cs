using Microsoft.AspNetCore.Builder;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>Clients that break the WebSocket protocol.</summary>
public sealed class FaultyClientTests
{
    /// <summary>Where the frames are read by us, and not by a WebSocket of the server's own.</summary>
    public static TheoryData<WayOut> OwnReaders => [.. Enum.GetValues<WayOut>().Where(way => way != WayOut.WebSocket)];

    [Fact]
    public async Task BrokenFrame_FromAClientThatDoesNotRead_EndsTheRequestAfterTheCloseTimeout()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = SmallBuffers.Use,
            WebSockets = options => options.CloseTimeout = TimeSpan.FromMilliseconds(500),
            Map = map => map.Use(async (context, next) =>
            {
                await next(context);
                ended.SetResult();
            }),
        });
        using var client = await RawClient.ConnectAsync(app.Address, "/ws?channel=news", receiveBuffer: SmallBuffers.Size);
        await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Parse("news")).Count == 1, "the subscription");
        await app.PublishAsync("news", 1, 500, padding: 1000); // half of its queue: nothing leaves any more

        await client.SendAsync(RawClient.Frame(0x83, [])); // no such opcode

        await ended.Task.InTimeAsync();
    }

    [Fact]
    public async Task BrokenFrame_FromAClientThatReads_GetsWhatIsQueuedAndThen1002()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Server = SmallBuffers.Use });
        for (var round = 0; round < 20; round++)
        {
            using var client = await RawClient.ConnectAsync(app.Address, "/ws?channel=news", receiveBuffer: SmallBuffers.Size);
            await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Parse("news")).Count == 1, "the subscription");
            await app.PublishAsync("news", 1, 300, padding: 1000);

            await client.SendAsync(RawClient.Frame(0x83, [])); // no such opcode

            (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1002);
            await client.SendAsync(RawClient.Frame(0x88, [0x03, 0xEA]));
            (await client.ReadAsync()).Should().BeNull();
            await app.EmptyAsync();
        }
    }

    [Theory]
    [MemberData(nameof(OwnReaders))]
    public async Task BrokenFrame_FromAClientThatIsStillSending_GetsItsCloseAndNoReset(WayOut way)
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Way = way });
        for (var round = 0; round < 5; round++)
        {
            using var client = await app.ConnectRawAsync();
            await client.SendAsync(RawClient.Frame(0x83, [])); // no such opcode

            // More than all buffers on the way hold: each write ends only when the server goes on reading.
            var message = RawClient.Frame(0x82, new byte[1024 * 1024]);
            for (var sent = 0; sent < 16; sent++)
            {
                await client.SendAsync(message);
            }

            (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1002);
            await client.SendAsync(RawClient.Frame(0x88, [0x03, 0xEA]));
            (await client.ReadAsync()).Should().BeNull();
            await app.EmptyAsync();
        }
    }

    [Fact]
    public async Task BrokenFrame_FromAClientThatNeverCloses_EndsAfterTheCloseTimeout()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = options => options.CloseTimeout = TimeSpan.FromMilliseconds(300) });
        using var client = await app.ConnectRawAsync();

        await client.SendAsync(RawClient.Frame(0x83, [])); // no such opcode

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1002);
        (await client.ReadAsync()).Should().BeNull();
        await app.EmptyAsync();
    }
}
