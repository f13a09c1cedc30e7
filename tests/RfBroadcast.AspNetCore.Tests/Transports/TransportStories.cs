using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Transports;

/// <summary>What must hold however a client's bytes travel.</summary>
internal static class TransportStories
{
    private const int Messages = 3000;
    private const int Clients = 10;

    public static BroadcastAppSetup Setup(WayOut way, TimeProvider? time = null) => new()
    {
        Way = way,
        Time = time,
        Map = map => map.MapBroadcastChannel("orders.{id}", () => true),
    };

    /// <summary>Thousands of events, some of them large, reach every client in order, and with them what is theirs alone.</summary>
    public static async Task FanOutAsync(BroadcastApp app)
    {
        var clients = new List<WireClient>();
        for (var i = 0; i < Clients; i++)
        {
            var client = await app.ConnectAsync("/ws?channel=news");
            await client.NextAsync("subscribed");
            clients.Add(client);
        }

        var publishing = app.PublishAsync("news", 1, Messages / 3, padding: 100);
        foreach (var client in clients)
        {
            await client.SubscribeAmongAsync("private-orders.1"); // commands and their answers go among the events
        }

        await publishing;
        await app.PublishAsync("news", (Messages / 3) + 1, Messages - 1, padding: 100);
        await app.PublishAsync("news", Messages, Messages, padding: 200_000);
        foreach (var client in clients)
        {
            (await client.EventsAsync(Messages)).Should().Equal(Enumerable.Range(1, Messages));
        }
    }

    /// <summary>A client that pongs lives on; one that does not is closed with 4201. The clock is the app's.</summary>
    public static async Task HeartbeatAsync(BroadcastApp app, ManualTimeProvider time)
    {
        using var client = await app.ConnectRawAsync(pongs: true);
        await client.ReadAsync();
        for (var beat = 0; beat < 3; beat++)
        {
            await PingAsync(client); // heard now, and on the way that frames will keep
            time.Advance(TimeSpan.FromSeconds(31));
            var ping = (await client.ReadAsync())!;
            ping.IsPing.Should().BeTrue();
            await client.SendPongAsync(ping);
        }

        await PingAsync(client);
        time.Advance(TimeSpan.FromSeconds(31));
        (await client.ReadAsync())!.IsPing.Should().BeTrue();
        time.Advance(TimeSpan.FromSeconds(31));
        var close = (await client.ReadAsync())!;
        close.CloseCode.Should().Be(4201);
        await client.SendAsync(RawClient.Frame(0x88, close.Payload.AsSpan(0, 2)));
        (await client.ReadAsync()).Should().BeNull();
    }

    /// <summary>Either side closes, and the other's answer ends it; or the client just goes.</summary>
    public static async Task CloseAsync(BroadcastApp app)
    {
        var leaving = await app.ConnectAsync("/ws?channel=news");
        await leaving.NextAsync("subscribed");
        await leaving.CloseAsync(3001, "leaving");
        (await leaving.ClosedAsync()).Code.Should().Be(3001);
        await app.EmptyAsync();

        var told = await app.ConnectAsync("/ws?channel=news");
        await told.NextAsync("subscribed");
        await app.PublishAsync("news", 1, 100);
        await told.NumbersAsync(100);
        await app.Connections.DisconnectAsync(told.ConnectionId, new DisconnectReason(4200, "reconnect"));
        (await told.ClosedAsync()).Should().Be(new WireClose(4200, "reconnect"));
        await app.EmptyAsync();

        var gone = await app.ConnectAsync("/ws?channel=news");
        await gone.NextAsync("subscribed");
        gone.Dispose();
        await app.EmptyAsync();
    }

    /// <summary>A token in the address is taken, and a bad one refused before the upgrade.</summary>
    public static async Task TokenAsync(BroadcastApp app)
    {
        var client = await app.ConnectAsync("/ws?auth_token=" + TestTokens.Of("7"));
        client.Greeting.String("user_id").Should().Be("7");
        await client.SubscribeAsync("private-user.7");
        await app.Broadcaster.BroadcastToChannelAsync("private-user.7", "hello", 1);
        (await client.NextAsync("event")).String("event").Should().Be("hello");

        var bad = () => app.ConnectAsync("/ws?auth_token=forged");
        (await bad.Should().ThrowAsync<WebSocketException>()).Which.ToString().Should().Contain("401");
    }

    private static async Task PingAsync(RawClient client)
    {
        for (var i = 0; i < 2; i++)
        {
            await client.SendTextAsync("""{"type":"ping"}""");
            (await client.ReadAsync())!.Text.Should().Be("""{"type":"pong"}""");
        }
    }

    /// <summary>Subscribes while events come; the answer is looked for later.</summary>
    private static Task SubscribeAmongAsync(this WireClient client, string channel) =>
        client.SendAsync($$"""{"type":"subscribe","channel":"{{channel}}"}""");

    /// <summary>The numbers of so many events; what else comes must be the one answer.</summary>
    private static async Task<List<int>> EventsAsync(this WireClient client, int count)
    {
        var numbers = new List<int>();
        var answers = 0;
        while (numbers.Count < count || answers == 0)
        {
            var frame = await client.NextAsync();
            if (frame.Type == "event")
            {
                numbers.Add(frame.Number());
            }
            else
            {
                frame.Type.Should().Be("subscribed");
                answers++;
            }
        }

        answers.Should().Be(1);
        return numbers;
    }
}
