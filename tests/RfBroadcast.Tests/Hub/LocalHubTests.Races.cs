namespace RfBroadcast.Tests;

/// <summary>Connections and channels that come and go at once.</summary>
public sealed partial class LocalHubTests
{
    [Fact]
    public async Task Subscribing_FramesOfTheChannel_ComeOnlyBetweenSubscribedAndUnsubscribed()
    {
        _options.PendingMessages = 4;
        var connection = _hub.Connect("a");
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await _hub.WaitForRoomAsync(News, default);
                _hub.Publish(News.Message(1));
            }
        });

        await Subscribe("steady"); // keeps the channel busy between
        for (var i = 0; i < 200; i++)
        {
            await Subscribe("a");
            await _hub.UnsubscribeAsync("a", News, default);
        }

        await stop.CancelAsync();
        await publishing.InTimeAsync();
        await _hub.DrainAsync(News);
        var subscribed = false;
        foreach (var frame in connection.Frames)
        {
            (frame.Kind == "subscribed").Should().Be(!subscribed && frame.Kind != "event");
            subscribed = frame.Kind != "unsubscribed";
        }
    }

    [Fact]
    public async Task Channels_RetiringAndBorn_LoseNothingAfterSubscribedAndEndEmpty()
    {
        // Two workers a channel: each subscribes, publishes, and must see its own message, while the other one comes and goes.
        const int Workers = 8, Rounds = 2_000;
        var lost = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var channel = Channel.Public($"race-{worker / 2}");
            var connection = _hub.Connect($"w{worker}");
            for (var round = 0; round < Rounds; round++)
            {
                await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = connection.Id, HasSocket = true, Channel = channel });
                _hub.Publish(channel.Message($"\"{worker}:{round}\""));
                await _hub.UnsubscribeAsync(connection.Id, channel, default);
            }

            var own = connection.Data.Where(data => data!.StartsWith($"\"{worker}:", StringComparison.Ordinal)).ToArray();
            Interlocked.Add(ref lost, Rounds - own.Length);
            own.Should().Equal(Enumerable.Range(0, Rounds).Select(round => $"\"{worker}:{round}\""));
            await _hub.RemoveConnectionAsync(connection.Id);
        }))).InTimeAsync();

        lost.Should().Be(0);
        await EndsEmpty();
    }

    [Fact]
    public async Task IdsWithoutASocket_ComingAndGoingFromManyThreads_EndEmpty()
    {
        // All workers use the same two ids, so that entries are forgotten while others subscribe them.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var round = 0; round < 1_000; round++)
            {
                var channel = Channel.Public($"c{(worker + round) % 3}");
                var id = $"id{worker % 2}";
                (await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = id, Channel = channel })).Should().NotBe(SubscribeOutcome.Ended);
                if (round % 2 == 0)
                {
                    await _hub.UnsubscribeAsync(id, channel, default);
                }
                else
                {
                    await _hub.RemoveConnectionAsync(id);
                }
            }
        }))).InTimeAsync();

        await _hub.RemoveConnectionAsync("id0");
        await _hub.RemoveConnectionAsync("id1");
        _hub.GetSubscriptions("id0").Should().BeEmpty();
        _hub.GetSubscriptions("id1").Should().BeEmpty();
        await EndsEmpty();
    }

    [Fact]
    public async Task RemoveConnectionAsync_WhileItSubscribes_LeavesNothing()
    {
        for (var round = 0; round < 500; round++)
        {
            var id = $"c{round}";
            _hub.Connect(id);
            var subscribing = Task.Run(async () =>
            {
                for (var i = 0; i < 5; i++)
                {
                    await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = id, HasSocket = true, Channel = Channel.Public($"x{i}") });
                }
            });
            await _hub.RemoveConnectionAsync(id);
            await subscribing;
            _hub.GetSubscriptions(id).Should().BeEmpty();
        }

        _hub.ConnectionCount.Should().Be(0);
        await EndsEmpty();
    }
}
