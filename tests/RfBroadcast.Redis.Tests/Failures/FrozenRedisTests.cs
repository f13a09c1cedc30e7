using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>A Redis that stands still, or a network to it that does: the sockets of the clients stay open, and soon after its return they have everything.</summary>
[Trait("Category", "Slow")]
public sealed class FrozenRedisTests : IAsyncLifetime
{
    private const int Clients = 1_000;
    private const int Before = 10;
    private const int Messages = 60;
    private const string Channel = "private-kept.frozen";

    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SoonEnough = TimeSpan.FromSeconds(5);

    private readonly List<LightClient> _clients = [];
    private readonly List<int>[] _received = [.. Enumerable.Range(0, Clients).Select(_ => new List<int>())];
    private int _complete;
    private RedisServer _redis = null!;
    private FaultyProxy _proxy = null!;
    private NodeProcess _node = null!;
    private TestNode _publisher = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _proxy = Proxy();
        _node = await NodeProcess.StartNewAsync(
            _proxy.EndPoint,
            "Broadcasting:WebSockets:HandshakesPerSecondPerAddress=100000",
            "Broadcasting:WebSockets:MaxConnectionsPerAddress=2000",
            "Broadcasting:WebSockets:PingInterval=00:00:10");
        _publisher = Node();
        for (var i = 0; i < Clients; i++)
        {
            var received = _received[i];
            _clients.Add(await LightClient.ConnectAsync(_node.Address, "/ws?channel=" + Channel, text => Take(received, text), FormattableString.Invariant($"user{i}")));
        }

        await Eventually.TrueAsync(async () => (await _node.ConnectionsAsync(Channel)).Length == Clients, "all are subscribed");
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _publisher.DisposeAsync();
        await _node.DisposeAsync();
        await _proxy.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Redis_Frozen_NoSocketClosesAndWhatWasMissedComesSoon(bool isServerFrozen)
    {
        for (var i = 0; i < Before; i++)
        {
            await PublishAsync(i);
        }

        await (isServerFrozen ? _redis.FreezeAsync() : FreezeNetworkAsync());
        var publishing = PublishTheRestAsync();
        await Task.Delay(Frozen);
        _clients.Should().OnlyContain(client => !client.Ended.IsCompleted);

        await (isServerFrozen ? _redis.ThawAsync() : ThawNetworkAsync());
        var thawed = Stopwatch.GetTimestamp();
        await publishing.InTimeAsync();
        await Wait.UntilAsync(() => Volatile.Read(ref _complete) == Clients, "every client has every message");

        Stopwatch.GetElapsedTime(thawed).Should().BeLessThan(SoonEnough);
        _clients.Should().OnlyContain(client => !client.Ended.IsCompleted);
        _received.Should().OnlyContain(numbers => numbers.SequenceEqual(Enumerable.Range(0, Messages)));
    }

    private FaultyProxy Proxy() => new(_redis.Port);

    private TestNode Node() => new(
        _redis.EndPoint,
        options => options.Channels.For("kept.{**rest}", channel => channel.KeepHistory(10_000, TimeSpan.FromMinutes(10))),
        options => options.PublishWait = TimeSpan.FromMinutes(2));

    private Task FreezeNetworkAsync()
    {
        _proxy.Freeze();
        return Task.CompletedTask;
    }

    private Task ThawNetworkAsync()
    {
        _proxy.Thaw();
        return Task.CompletedTask;
    }

    private async Task PublishTheRestAsync()
    {
        for (var i = Before; i < Messages; i++)
        {
            await PublishAsync(i);
        }
    }

    /// <summary>Publishes once, however often it takes to hear that it was.</summary>
    private async Task PublishAsync(int number)
    {
        while (true)
        {
            try
            {
                await _publisher.Broadcaster.BroadcastAsync(new BroadcastRequest
                {
                    Event = new SimpleEvent("e", number, RfBroadcast.Channel.Parse(Channel)),
                    IdempotencyKey = number.ToString(CultureInfo.InvariantCulture),
                });
                return;
            }
            catch (BroadcasterUnavailableException)
            {
                await Task.Delay(10);
            }
        }
    }

    private void Take(List<int> received, ReadOnlyMemory<byte> text)
    {
        using var frame = JsonDocument.Parse(text);
        if (frame.RootElement.GetProperty("type").ValueEquals("event"))
        {
            received.Add(frame.RootElement.GetProperty("data").GetInt32());
            if (received.Count == Messages)
            {
                Interlocked.Increment(ref _complete);
            }
        }
    }
}
