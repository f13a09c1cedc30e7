using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>How subscriptions that take their time count against a connection's limit.</summary>
public sealed class ChannelLimitTests
{
    [Fact]
    public async Task Subscribe_WhileAnotherSubscriptionWaitsForRoom_CountsThatOnce()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = SmallBuffers.Use,
            Broadcasting = options =>
            {
                options.Channels.For("ticks", channel => channel.Overflow = OverflowPolicy.DropOldest);
                options.Channels.For("orders.{id}", channel => channel.KeepHistory(10, TimeSpan.FromMinutes(5)));
                (options.MaxPayloadBytes, options.RecoveryBytes) = (16 * 1024, 32 * 1024);
            },
            WebSockets = options => (options.QueueBytes, options.MaxChannelsPerConnection) = (64 * 1024, 3),
        });
        using var slow = await RawClient.ConnectAsync(app.Address, "/ws?channel=ticks", receiveBuffer: SmallBuffers.Size);
        var id = new WireFrame((await slow.ReadAsync())!.Text).String("connection_id"); // the greeting comes first
        await Wait.UntilAsync(() => app.Hub.CountSubscriptions(id) == 1, "the first subscription");
        var other = await app.ConnectAsync();
        await other.SubscribeAsync("ticks");

        // Fills the queue of the one that does not read; it is served before the other.
        for (var n = 1; n <= 500; n += 10)
        {
            await app.PublishAsync("ticks", n, n + 9, padding: 1000);
            await other.NumbersAsync(10);
        }

        await slow.SendTextAsync("""{"type":"subscribe","channel":"orders.1"}""");
        await Wait.UntilAsync(() => app.Hub.CountSubscriptions(id) == 2, "the second subscription, which now waits for room");
        await slow.SendTextAsync("""{"type":"subscribe","channel":"orders.2"}""");
        await slow.SendTextAsync("""{"type":"ping"}""");

        var answers = new List<string>();
        while (answers.Count < 4)
        {
            var frame = new WireFrame((await slow.ReadAsync())!.Text);
            if (frame.Type is "subscribed" or "error")
            {
                answers.Add($"{frame.Type} {frame.String("channel")}");
            }
            else if (frame.Type == "pong")
            {
                answers.Add(frame.Type);
            }
        }

        answers.Should().BeEquivalentTo("subscribed ticks", "pong", "subscribed orders.1", "subscribed orders.2");
    }
}
