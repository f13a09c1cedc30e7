using System.Diagnostics;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>What clients see of a stop as on SIGTERM.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task Stop_UnderTraffic_EachClientGetsAllThatWasAcceptedAndThen1001()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            WebSockets = options => (options.QueueBytes, options.CloseTimeout) = (64 * 1024 * 1024, TimeSpan.FromSeconds(20)), // nobody is too slow here
        });
        var clients = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            var client = await app.ConnectAsync();
            await client.SubscribeAsync("news");
            return client;
        }));
        var accepted = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopped = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            for (var n = 1; !stopped.IsCancellationRequested; n++)
            {
                await app.PublishAsync("news", n, n, padding: 1000);
                Volatile.Write(ref accepted, n);
                while (clients.Min(client => client.IsOpen ? client.All.Count : int.MaxValue) < n - 200 && !stopped.IsCancellationRequested)
                {
                    await Task.Yield(); // as much as the clients can take
                }

                if (n == 600)
                {
                    enough.SetResult();
                }
            }
        });
        await enough.Task.InTimeAsync();

        var acceptedBefore = Volatile.Read(ref accepted);
        await app.StopAsync().InTimeAsync();
        await stopped.CancelAsync();
        await publishing;

        foreach (var client in clients)
        {
            (await client.ClosedAsync()).Should().Be(new WireClose(1001, "the server is going away"));
            var got = client.All.Where(frame => frame.Type == "event").Select(frame => frame.Number()).ToList();
            got.Should().HaveCountGreaterThanOrEqualTo(acceptedBefore);
            got.Should().Equal(Enumerable.Range(1, got.Count));
        }
    }

    [Fact]
    public async Task Stop_ManyMessagesStillWithThePump_AreDeliveredFirst()
    {
        await using var app = await BroadcastApp.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            var client = await app.ConnectAsync();
            for (var channel = 0; channel < 20; channel++)
            {
                await client.SubscribeAsync($"news.{channel}");
            }

            return client;
        }));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(channel => app.PublishAsync($"news.{channel}", 1, 50, padding: 200)));

        await app.StopAsync().InTimeAsync();

        foreach (var client in clients)
        {
            (await client.ClosedAsync()).Code.Should().Be(1001);
            client.All.Count(frame => frame.Type == "event").Should().Be(20 * 50);
        }
    }

    [Fact]
    public async Task Stop_BusyPump_IsWaitedForByManyTogether()
    {
        await using var app = await BroadcastApp.StartAsync();
        var slow = new SlowConnection();
        app.Hub.TryAdd(slow);
        await app.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = slow.Id, HasSocket = true, Channel = Channel.Parse("news") });
        const int Clients = 200;
        var clients = new List<WireClient>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await app.ConnectAsync());
            await clients[i].SubscribeAsync("news");
        }

        using var stopped = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            for (var n = 1; !stopped.IsCancellationRequested; n++)
            {
                await app.PublishAsync("news", n, n);
                await Wait.UntilAsync(() => slow.Messages >= n - 20, "the pump comes along"); // and always has more to do
            }
        });
        await Wait.UntilAsync(() => slow.Batches > 1, "the pump is busy");
        var before = slow.Batches;
        var stopping = app.StopAsync();
        await Task.WhenAll(clients.Select(client => client.ClosedAsync()));
        var during = slow.Batches - before;
        await stopping.InTimeAsync();
        await stopped.CancelAsync();
        await publishing;
        await app.Broadcaster.RemoveConnectionAsync(slow.Id, leaveAtOnce: true);

        // One after the other, each would have waited for the batch that was under way.
        during.Should().BeLessThan(Clients / 3);
    }

    [Fact]
    public async Task Stop_ManyClients_ArePacedAndAllGone()
    {
        await using var app = await BroadcastApp.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => app.ConnectAsync()));

        await app.StopAsync().InTimeAsync();

        foreach (var client in clients)
        {
            (await client.ClosedAsync()).Code.Should().Be(1001);
        }

        app.Hub.ConnectionCount.Should().Be(0);
    }

    [Fact]
    public async Task Stop_WhileItWaits_RefusesNewHandshakesWith503()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            WebSockets = options => options.CloseTimeout = TimeSpan.FromSeconds(20),
        });
        var holding = await app.ConnectRawAsync(); // it does not answer the close
        var stopping = app.StopAsync();
        (await holding.ReadToCloseAsync())!.CloseCode.Should().Be(1001); // the greeting, then the close

        using var refused = await RawClient.ConnectAsync(app.Address, "/ws");

        refused.Answer.Should().StartWith("HTTP/1.1 503").And.Contain("Retry-After");
        stopping.IsCompleted.Should().BeFalse();
        await holding.SendAsync(RawClient.Frame(0x88, [0x03, 0xE9])); // now it does
        await stopping.InTimeAsync();
    }

    [Fact]
    public async Task Stop_ClientThatDoesNotAnswer_IsWaitedForNoLongerThanTheCloseTimeout()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            WebSockets = options => options.CloseTimeout = TimeSpan.FromMilliseconds(500),
        });
        using var silent = await app.ConnectRawAsync();
        var watch = Stopwatch.StartNew();

        await app.StopAsync().InTimeAsync();

        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10), "the host would have waited for 30");
    }

    [Fact]
    public async Task Stop_ClientThatDoesNotRead_IsWaitedForNoLongerThanTheCloseTimeout()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = SmallBuffers.Use,
            WebSockets = options => options.CloseTimeout = TimeSpan.FromMilliseconds(500),
        });
        using var stuck = await RawClient.ConnectAsync(app.Address, "/ws?channel=news", receiveBuffer: SmallBuffers.Size);
        await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Parse("news")).Count == 1, "the subscription");
        await app.PublishAsync("news", 1, 500, padding: 1000); // half of its queue
        var watch = Stopwatch.StartNew();

        await app.StopAsync().InTimeAsync();

        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10), "the host would have waited for 30");
    }

    /// <summary>A connection that, against the rules, takes its time, and so makes its channel's pump a busy one.</summary>
    private sealed class SlowConnection : IConnection
    {
        private int _batches;
        private int _messages;

        public int Batches => Volatile.Read(ref _batches);

        public int Messages => Volatile.Read(ref _messages);

        public string Id => "1.1";

        public string? UserId => null;

        public IWireProtocol Protocol => NativeProtocol.WebSocket;

        public void Send(in BatchSlice frames)
        {
            Thread.Sleep(100); // blocks the pump, as a connection must not
            Interlocked.Increment(ref _batches);
            Interlocked.Add(ref _messages, frames.Count);
        }

        public void SendControl(ReadOnlyMemory<byte> frame)
        {
        }

        public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => default;

        public void Close(int code, string reason)
        {
        }
    }
}
