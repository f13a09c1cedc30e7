using Microsoft.AspNetCore.Builder;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>Clients that break the WebSocket protocol.</summary>
public sealed class FaultyClientTests
{
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
            await app.EmptyAsync();
        }
    }
}
