using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>
/// Ten of three hundred clients stop reading. The others get everything in order without waiting: the publisher goes on when
/// they have what it sent. The ten get what the channels' policy promises, and come back by position without gap or repeat.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SlowClientTests : IAsyncLifetime
{
    private const int Clients = 300;
    private const int Slow = 10;
    private const int Channels = 8;
    private const int Messages = 800; // of 1 KB: far more than the queue and the buffers below it take
    private const int Step = 40;

    private readonly List<RawClient> _slow = [];
    private BroadcastApp _app = null!; // until InitializeAsync

    public async Task InitializeAsync() => _app = await BroadcastApp.StartAsync(new BroadcastAppSetup
    {
        Server = SmallBuffers.Use,
        Broadcasting = options =>
        {
            options.Channels.For("close.{number}", channel => channel.KeepHistory(1000, TimeSpan.FromMinutes(5)));
            options.Channels.For("drop.{number}", channel =>
            {
                channel.KeepHistory(1000, TimeSpan.FromMinutes(5));
                channel.Overflow = OverflowPolicy.DropOldest;
            });
            options.Channels.For("latest.{number}", channel =>
            {
                channel.KeepHistory(1000, TimeSpan.FromMinutes(5));
                channel.Overflow = OverflowPolicy.Latest;
            });
            (options.MaxPayloadBytes, options.RecoveryBytes) = (16 * 1024, 128 * 1024);
        },
        WebSockets = options => (options.QueueBytes, options.CloseTimeout) = (256 * 1024, TimeSpan.FromMinutes(2)),
    });

    public async Task DisposeAsync()
    {
        foreach (var client in _slow)
        {
            client.Dispose();
        }

        await _app.DisposeAsync();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Close_SlowOnes_SeeTheStart_4103_AndRecoverByPosition()
    {
        await PublishToAllAsync("close");

        _app.Hub.Connections.OfType<ClientConnection>().Count(connection => connection.CloseCodeSent == 4103).Should().Be(Slow, "they are closed without being waited for");
        foreach (var slow in _slow)
        {
            var got = await ReadAsync(slow, _ => false);
            got.Close.Should().Be(4103);
            got.Gaps.Should().BeEmpty();
            await RecoverAsync(got);
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public Task DropOldest_SlowOnes_AreToldOfEveryFrameThatWasDroppedAndStayConnected() =>
        StayConnectedAsync("drop", got => got.Holes.Should().Equal(got.HolesTold, "a gap stands where the frames were"));

    [Fact]
    [Trait("Category", "Slow")]
    public Task Latest_SlowOnes_GetTheNewestOfEachEventAndStayConnected() =>
        StayConnectedAsync("latest", got => got.Numbers.Values.Should().AllSatisfy(numbers =>
            numbers.TakeLast(2).Should().Equal([(Messages / Channels) - 1, Messages / Channels], "the newest of both events")));

    /// <summary>What both policies that drop promise, and what one of them does besides.</summary>
    private async Task StayConnectedAsync(string policy, Action<Read> alsoPromised)
    {
        await PublishToAllAsync(policy);
        Dictionary<string, string> epochs = [];

        foreach (var slow in _slow)
        {
            var got = await ReadAsync(slow, read => read.Numbers.Values.All(numbers => numbers.LastOrDefault() == Messages / Channels));

            got.Close.Should().BeNull();
            epochs = got.Epochs;
            foreach (var (channel, numbers) in got.Numbers)
            {
                got.Gaps[channel].Should().BePositive();
                (numbers.Count + got.Gaps[channel]).Should().Be(Messages / Channels, "each was sent or told of");
                numbers.Should().BeInAscendingOrder();
            }

            alsoPromised(got);
        }

        await StillLiveAndReturnsAsync(policy, epochs);
    }

    private async Task PublishToAllAsync(string policy)
    {
        var query = string.Join('&', Enumerable.Range(0, Channels).Select(channel => $"channel={policy}.{channel}"));
        var fast = new List<WireClient>();
        for (var i = 0; i < Clients; i++)
        {
            if (i % (Clients / Slow) == 0)
            {
                _slow.Add(await RawClient.ConnectAsync(_app.Address, "/ws?" + query, receiveBuffer: SmallBuffers.Size));
            }
            else
            {
                var client = await _app.ConnectAsync("/ws?" + query);
                client.KeepsAll = false;
                fast.Add(client);
            }
        }

        foreach (var client in fast)
        {
            for (var channel = 0; channel < Channels; channel++)
            {
                await client.NextAsync("subscribed");
            }
        }

        await Wait.UntilAsync(
            () => Enumerable.Range(0, Channels).All(channel => _app.Hub.GetConnections(Channel.Parse($"{policy}.{channel}")).Count == Clients),
            "all subscriptions of each channel");

        var text = new string('x', 1000);
        for (var first = 0; first < Messages; first += Step)
        {
            for (var i = first; i < first + Step; i++)
            {
                var number = (i / Channels) + 1;
                await _app.Broadcaster.To($"{policy}.{i % Channels}").Event(number % 2 == 0 ? "even" : "odd").With($"{number} {text}").SendAsync();
            }

            foreach (var client in fast)
            {
                var got = new Dictionary<string, List<int>>();
                for (var i = 0; i < Step; i++)
                {
                    var frame = await client.NextAsync("event");
                    (got.TryGetValue(frame.String("channel"), out var numbers) ? numbers : got[frame.String("channel")] = []).Add(frame.Number());
                }

                got.Should().HaveCount(Channels);
                got.Values.Should().AllSatisfy(numbers => numbers.Should().Equal(Enumerable.Range((first / Channels) + 1, Step / Channels)));
            }
        }
    }

    private static async Task<Read> ReadAsync(RawClient client, Func<Read, bool> isEnough)
    {
        var read = new Read();
        while (!isEnough(read) || read.Numbers.Count < Channels)
        {
            var raw = await client.ReadAsync() ?? throw new InvalidOperationException("It ended without a close.");
            if (raw.IsClose)
            {
                read.Close = raw.CloseCode;
                break;
            }

            read.Take(new WireFrame(raw.Text));
        }

        return read;
    }

    /// <summary>Comes back to all channels at once: what it has and what it gets are all there are, each once.</summary>
    private async Task RecoverAsync(Read before)
    {
        var client = await _app.ConnectAsync();
        foreach (var channel in before.Numbers.Keys)
        {
            await client.SendAsync(Returning.Command(channel, before.Epochs[channel], before.Numbers[channel].Count));
        }

        for (var missing = before.Numbers.Values.Sum(numbers => (Messages / Channels) - numbers.Count) + Channels; missing > 0; missing--)
        {
            var frame = await client.NextAsync();
            if (frame.Type == "subscribed")
            {
                frame["recovered"].GetBoolean().Should().BeTrue();
            }
            else
            {
                before.Take(frame);
            }
        }

        before.Numbers.Should().HaveCount(Channels);
        before.Numbers.Values.Should().AllSatisfy(numbers => numbers.Should().Equal(Enumerable.Range(1, Messages / Channels)));
        await client.ExpectQuietAsync();
        await client.CloseAsync();
        await client.ClosedAsync();
    }

    /// <summary>What comes next comes; and so does, once, what came while they were away.</summary>
    private async Task StillLiveAndReturnsAsync(string policy, Dictionary<string, string> epochs)
    {
        var channel = $"{policy}.0";
        await _app.Broadcaster.To(channel).Event("end").With("9998 end").SendAsync();
        foreach (var slow in _slow)
        {
            new WireFrame((await slow.ReadAsync())!.Text).Number().Should().Be(9998);
            slow.Dispose();
        }

        await _app.Broadcaster.To(channel).Event("end").With("9999 end").SendAsync();
        for (var i = 0; i < Slow; i++)
        {
            var client = await _app.ConnectAsync();
            (await client.ComeBackAsync(channel, epochs[channel], (Messages / Channels) + 1))["recovered"].GetBoolean().Should().BeTrue();
            (await client.NumbersAsync(1)).Should().Equal(9999);
            await client.ExpectQuietAsync();
        }
    }

    /// <summary>What one client has read, by channel.</summary>
    private sealed class Read
    {
        public int? Close { get; set; }

        public Dictionary<string, string> Epochs { get; } = [];

        public Dictionary<string, List<int>> Numbers { get; } = [];

        public Dictionary<string, int> Gaps { get; } = [];

        /// <summary>The jumps in the numbers.</summary>
        public List<string> Holes { get; } = [];

        /// <summary>What the gap frames told at those places.</summary>
        public List<string> HolesTold { get; } = [];

        private readonly Dictionary<string, int> _told = [];

        public void Take(WireFrame frame)
        {
            if (frame.Type == "connected")
            {
                return;
            }

            var channel = frame.String("channel");
            switch (frame.Type)
            {
                case "subscribed":
                    Epochs[channel] = frame.String("epoch");
                    Numbers[channel] = [];
                    break;
                case "gap":
                    var dropped = frame["dropped"].GetInt32();
                    Gaps[channel] = Gaps.GetValueOrDefault(channel) + dropped;
                    _told[channel] = _told.GetValueOrDefault(channel) + dropped;
                    break;
                default:
                    var jump = frame.Number() - Numbers[channel].LastOrDefault() - 1;
                    if (jump != 0 || _told.ContainsKey(channel))
                    {
                        Holes.Add($"{channel} {jump}");
                        HolesTold.Add($"{channel} {_told.GetValueOrDefault(channel)}");
                        _told.Remove(channel);
                    }

                    Numbers[channel].Add(frame.Number());
                    break;
            }
        }
    }
}
