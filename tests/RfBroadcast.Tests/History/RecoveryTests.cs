namespace RfBroadcast.Tests;

/// <summary>What a client is sent that subscribes to a channel with history: the broadcaster, the plan and the hub together.</summary>
public sealed partial class RecoveryTests : IDisposable
{
    private static readonly Channel Orders = Channel.Private("orders.7");
    private static readonly Channel News = Channel.Public("news");
    private readonly ManualTimeProvider _time = new();
    private readonly BroadcastOptions _options = new() { RecoveryBytes = 4096 };
    private readonly MemoryBroadcaster _broadcaster;
    private readonly RecordingConnection _client;

    public RecoveryTests()
    {
        _options.Channels.For("orders.{id}", c => c.KeepHistory(100, TimeSpan.FromMinutes(5)));
        _broadcaster = new MemoryBroadcaster(_options, _time);
        _client = Hub.Connect("1.1");
    }

    private LocalHub Hub => _broadcaster.Hub;

    private Frame Subscribed => _client.Frames.Single(frame => frame.Kind == "subscribed");

    public void Dispose() => _broadcaster.Dispose();

    [Fact]
    public async Task SubscribeAsync_Fresh_TellsThePositionAndSendsOnlyLiveMessages()
    {
        var top = await Say(1, 3);

        await _broadcaster.JoinAsync(_client, Orders);
        await Say(4, 5);
        await Hub.DrainAsync(Orders);

        Subscribed.Should().BeEquivalentTo(new { Channel = "private-orders.7", top.Epoch, Offset = 3L, Recovered = (bool?)null });
        _client.Offsets.Should().Equal(4, 5);
    }

    [Fact]
    public async Task SubscribeAsync_Since_SendsExactlyWhatWasMissedThenLive()
    {
        var top = await Say(1, 6);

        await _broadcaster.JoinAsync(_client, Orders, since: top with { Offset = 2 }, requestId: "9");
        await Say(7, 8);
        await Hub.DrainAsync(Orders);

        _client.Kinds[0].Should().Be("subscribed");
        Subscribed.Should().BeEquivalentTo(new { RequestId = "9", Offset = 6L, Recovered = (bool?)true, Failure = RecoveryFailure.None });
        _client.Offsets.Should().Equal(3, 4, 5, 6, 7, 8);
        _client.Data.Should().Equal("3", "4", "5", "6", "7", "8");
    }

    [Fact]
    public async Task SubscribeAsync_SinceTheTop_HasMissedNothing()
    {
        var top = await Say(1, 3);

        await _broadcaster.JoinAsync(_client, Orders, since: top);

        Subscribed.Recovered.Should().BeTrue();
        _client.Events.Should().BeEmpty();
    }

    [Fact]
    public async Task SubscribeAsync_SinceTooOld_IsExpiredAndLive()
    {
        var top = await Say(1, 103);

        await Fails(top with { Offset = 2 }, RecoveryFailure.Expired, 103);
    }

    [Fact]
    public async Task SubscribeAsync_SinceMessagesThatAgedOut_IsExpired()
    {
        var top = await Say(1, 3);
        _time.Advance(TimeSpan.FromMinutes(5));

        await Fails(top with { Offset = 2 }, RecoveryFailure.Expired, 3);
    }

    [Fact]
    public async Task SubscribeAsync_SinceAnotherEpoch_IsEpoch()
    {
        await Say(1, 3);

        await Fails(new ChannelPosition("another", 2), RecoveryFailure.Epoch, 3);
    }

    [Fact]
    public async Task SubscribeAsync_SinceTheFuture_IsEpoch()
    {
        var top = await Say(1, 3);

        await Fails(top with { Offset = 4 }, RecoveryFailure.Epoch, 3);
    }

    [Fact]
    public async Task SubscribeAsync_MissedMoreThanMayBeSent_IsLimit()
    {
        var top = await Say(1, 30); // about 257 bytes each count, of 4096

        await Fails(top with { Offset = 10 }, RecoveryFailure.Limit, 30);
    }

    [Fact]
    public async Task SubscribeAsync_SinceOnAChannelWithoutHistory_IsNoHistory()
    {
        await _broadcaster.JoinAsync(_client, News, since: new ChannelPosition("e", 1));

        Subscribed.Should().BeEquivalentTo(new { Recovered = (bool?)false, Failure = RecoveryFailure.NoHistory, Epoch = (string?)null });
    }

    [Fact]
    public async Task SubscribeAsync_SinceOnAPresenceChannelWithoutHistory_IsNoHistory()
    {
        var member = Hub.Connect("2.2", "7");
        await _broadcaster.JoinAsync(member, Channel.Presence("chat"), since: new ChannelPosition("e", 1));

        member.Frames.Single().Should().BeEquivalentTo(new { Recovered = (bool?)false, Failure = RecoveryFailure.NoHistory, Members = new[] { "7" } });
    }

    [Fact]
    public async Task SubscribeAsync_Last_SendsUpToSoManyThenLive()
    {
        await Say(1, 6);

        await _broadcaster.JoinAsync(_client, Orders, last: 2);
        await Say(7, 7);
        await Hub.DrainAsync(Orders);

        Subscribed.Should().BeEquivalentTo(new { Offset = 6L, Recovered = (bool?)null });
        _client.Offsets.Should().Equal(5, 6, 7);
    }

    [Fact]
    public async Task SubscribeAsync_LastMoreThanMayBeSent_SendsTheNewestThatFit()
    {
        await Say(1, 50);

        await _broadcaster.JoinAsync(_client, Orders, last: 50);

        _client.Offsets.Should().HaveCountGreaterThan(10).And.HaveCountLessThan(17).And.BeInAscendingOrder();
        _client.Offsets[^1].Should().Be(50);
    }

    [Fact]
    public async Task SubscribeAsync_MessagesThatLeftItOut_AreNotReplayedUnderEitherId()
    {
        await _broadcaster.SayAsync(Orders, "all");
        await _broadcaster.SayAsync(Orders, "not old", except: "1.0");
        await _broadcaster.SayAsync(Orders, "not new", except: "1.1");
        var top = (await _broadcaster.SayAsync(Orders, "not another", except: "1.2")).Position!.Value;

        await _broadcaster.JoinAsync(_client, Orders, since: top with { Offset = 0 }, previousId: "1.0");

        _client.Data.Should().Equal("\"all\"", "\"not another\"");
        Subscribed.Recovered.Should().BeTrue();
    }

    [Fact]
    public async Task SubscribeAsync_Twice_IsAnsweredAgainWithThePositionAndChangesNothing()
    {
        await Say(1, 2);
        await _broadcaster.JoinAsync(_client, Orders);
        await Say(3, 4);
        await Hub.DrainAsync(Orders);

        var outcome = await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(_client, Orders) with { RequestId = "2", Last = 10 });
        await Say(5, 5);
        await Hub.DrainAsync(Orders);

        outcome.Should().Be(SubscribeOutcome.AlreadySubscribed);
        _client.Frames.Where(frame => frame.Kind == "subscribed").Select(frame => (frame.RequestId, frame.Offset)).Should().Equal((null, 2), ("2", 4));
        _client.Offsets.Should().Equal(3, 4, 5);
    }

    [Fact]
    public async Task Missed_LargerThanABatch_ComesInSeveral()
    {
        using var broadcaster = new MemoryBroadcaster(Large(), _time);
        var client = broadcaster.Hub.Connect("1");
        for (var i = 0; i < 5; i++)
        {
            await broadcaster.SayAsync(Orders, new string('x', 30_000));
        }

        await broadcaster.JoinAsync(client, Orders, last: 5);

        client.Offsets.Should().Equal(1, 2, 3, 4, 5);
        client.Slices.Should().HaveCount(3).And.OnlyContain(slice => slice.Length <= Batch.MaxBytes);
    }

    [Fact]
    public async Task Missed_OneCannotBeEncoded_TheOthersArrive()
    {
        var client = Hub.Connect("3.3", protocol: new LineProtocol { Unencodable = "bad" });
        await Say(1, 1);
        await _broadcaster.BroadcastAsync(new SimpleEvent("bad", 2, Orders));
        await Say(3, 3);

        await _broadcaster.JoinAsync(client, Orders, last: 3);

        client.Offsets.Should().Equal(1, 3);
    }

    private static SubscriptionStart Start(ChannelHistoryPage page) =>
        new() { Position = page.Top, Missed = page.Messages, Recovered = page.Failure == RecoveryFailure.None, Failure = page.Failure };

    private static BroadcastOptions Large()
    {
        var options = new BroadcastOptions();
        options.Channels.For("orders.{id}", c => c.KeepHistory(100, TimeSpan.FromMinutes(5)));
        return options;
    }

    private async Task Fails(ChannelPosition since, RecoveryFailure failure, long top)
    {
        await _broadcaster.JoinAsync(_client, Orders, since: since);
        await _broadcaster.SayAsync(Orders, "live");
        await Hub.DrainAsync(Orders);

        Subscribed.Should().BeEquivalentTo(new { Recovered = (bool?)false, Failure = failure, Offset = top });
        _client.Offsets.Should().Equal([top + 1], "only live messages follow");
    }

    private async Task<ChannelPosition> Say(int first, int last)
    {
        ChannelPosition top = default;
        for (var i = first; i <= last; i++)
        {
            top = (await _broadcaster.SayAsync(Orders, i)).Position!.Value;
        }

        return top;
    }
}
