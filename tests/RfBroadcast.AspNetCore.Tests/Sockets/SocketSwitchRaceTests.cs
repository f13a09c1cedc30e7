using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;
using Xunit.Abstractions;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>
/// Thousands of connections that get messages, pings and closes while their way out changes from the stream to the socket:
/// every byte of every one is a frame, and the messages come once and in order.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SocketSwitchRaceTests(ITestOutputHelper output)
{
    private const int Connections = 2000;
    private const int AtOnce = 24;
    private const int MostMessages = 40;

    /// <summary>When a client answers the barrier's pings.</summary>
    private enum Pongs
    {
        AtOnce,
        Late, // after some more frames, so that the first pong comes too late to prove anything
        Twice,
        FirstOnly, // not the second, behind which messages are held: they go on with the stream
        Never,
    }

    [Fact]
    [Trait("Category", "Slow")]
    public Task Switch_UnderMessagesPingsAndCloses_EveryStreamParsesInOrder() => ModelRun.RaceAsync(output, runs: 1, async random =>
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = options => options.QueueBytes = 64 * 1024 * 1024 });
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(() => PublishAsync(app, stop.Token));
        var pinging = Task.Run(() => PingAsync(app, stop.Token));
        var seeds = Enumerable.Range(0, Connections).Select(_ => random.Next()).ToArray();
        var switched = 0;
        await Parallel.ForAsync(0, Connections, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            if (await RunAsync(app, new Random(seeds[i])))
            {
                Interlocked.Increment(ref switched);
            }
        });
        await stop.CancelAsync();
        await Task.WhenAll(publishing, pinging);

        output.WriteLine($"{switched} of {Connections} were on the socket at their end");
        switched.Should().BeInRange(Connections / 10, Connections * 9 / 10);
        await app.EmptyAsync();
    });

    /// <summary>One client from its start to its end; whether it was on the socket then.</summary>
    private static async Task<bool> RunAsync(BroadcastApp app, Random random)
    {
        var pongs = (Pongs)random.Next(5);
        var messages = random.Next(MostMessages);
        using var client = await RawClient.ConnectAsync(app.Address, "/ws?channel=news");
        var owed = new Queue<RawFrame>();
        var connectionId = "";
        var (texts, number, answered) = (0, 0, 0);
        while (texts < messages + 2)
        {
            var frame = await client.ReadAnyAsync();
            frame.Should().NotBeNull("it ends only with a close");
            switch (frame!.FirstByte)
            {
                case 0x81:
                    (connectionId, number) = Follow(new WireFrame(frame.Text), texts++, connectionId, number);
                    break;
                case 0x89 when frame.IsBarrier:
                    owed.Enqueue(frame);
                    break;
                case 0x89:
                    frame.Payload.Should().BeEmpty();
                    break;
                default:
                    Assert.Fail($"Not a frame of the server's: {frame.FirstByte:x2} {frame.Payload.Length}");
                    break;
            }

            while (owed.TryPeek(out var ping) && IsDue(pongs, answered, random))
            {
                owed.Dequeue();
                answered++;
                await client.SendPongAsync(ping);
                if (pongs == Pongs.Twice)
                {
                    await client.SendPongAsync(ping);
                }
            }
        }

        var isOnSocket = app.Hub.FindConnection(connectionId) is WebSocketConnection { Outlet: SocketOutlet { IsOnSocket: true } };
        await EndAsync(app, client, connectionId, number, random);
        return isOnSocket;
    }

    private static bool IsDue(Pongs pongs, int answered, Random random) => pongs switch
    {
        Pongs.AtOnce or Pongs.Twice => true,
        Pongs.Late => random.Next(4) == 0,
        Pongs.FirstOnly => answered == 0,
        _ => false,
    };

    private static (string ConnectionId, int Number) Follow(WireFrame frame, int place, string connectionId, int number)
    {
        switch (place)
        {
            case 0:
                frame.Type.Should().Be("connected");
                return (frame.String("connection_id"), number);
            case 1:
                frame.Type.Should().Be("subscribed");
                return (connectionId, number);
            default:
                var next = frame.Number();
                (number == 0 || next == number + 1).Should().BeTrue($"{next} comes after {number}");
                return (connectionId, next);
        }
    }

    /// <summary>Ends it from either side, or without a word; what still comes parses and is in order.</summary>
    private static async Task EndAsync(BroadcastApp app, RawClient client, string connectionId, int number, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                client.Reset();
                return;
            case 1:
                client.EndSending();
                break;
            case 2:
                await client.SendAsync(RawClient.Frame(0x88, [0x03, 0xE8]));
                break;
            default:
                app.Hub.FindConnection(connectionId)?.Close(4200, "again");
                break;
        }

        while (await client.ReadAnyAsync() is { } frame)
        {
            if (frame.IsClose)
            {
                frame.CloseCode.Should().BeOneOf(1000, 4200);
                var after = await client.ReadAnyAsync();
                after.Should().BeNull($"the close is the last frame, not {after?.FirstByte:x2} {after?.Text}");
                return;
            }

            frame.FirstByte.Should().BeOneOf(0x81, 0x89);
            if (frame.FirstByte == 0x81)
            {
                (_, number) = Follow(new WireFrame(frame.Text), place: 2, connectionId, number);
            }
        }
    }

    private static async Task PublishAsync(BroadcastApp app, CancellationToken stop)
    {
        for (var n = 1; !stop.IsCancellationRequested; n++)
        {
            await app.PublishAsync("news", n, n);
            if (n % 3 == 0)
            {
                await Task.Delay(1, CancellationToken.None);
            }
        }
    }

    private static async Task PingAsync(BroadcastApp app, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var connection in app.Hub.Connections)
            {
                connection.SendControl(WebSocketFrame.EmptyPing);
            }

            await Task.Delay(3, CancellationToken.None);
        }
    }
}
