using Microsoft.Extensions.Options;

namespace RfBroadcast.Tests;

public sealed partial class LocalHubTests
{
    private static readonly Channel News = Channel.Public("news");
    private readonly BroadcastOptions _options = new();
    private readonly RecordingLogger<LocalHub> _logger = new();
    private readonly LocalHub _hub;

    public LocalHubTests() => _hub = new LocalHub(Options.Create(_options), logger: _logger);

    [Fact]
    public void TryAdd_SameIdTwice_IsRefused()
    {
        _hub.Connect("c1");

        _hub.TryAdd(new RecordingConnection("c1")).Should().BeFalse();
        _hub.ConnectionCount.Should().Be(1);
        _hub.FindConnection("c1").Should().NotBeNull();
        _hub.FindConnection("c2").Should().BeNull();
    }

    [Fact]
    public async Task SubscribeAsync_Socket_IsToldAndGetsMessages()
    {
        var connection = _hub.Connect("c1");

        (await Subscribe("c1", requestId: "7")).Should().Be(SubscribeOutcome.Subscribed);
        _hub.Publish(News.Message(1)).Should().Be(1);
        await connection.UntilEventsAsync(1);

        connection.Frames[0].Should().BeEquivalentTo(new Frame { Kind = "subscribed", Channel = "news", RequestId = "7" });
        connection.Data.Should().Equal("1");
        _hub.IsSubscribed("c1", News).Should().BeTrue();
        _hub.GetSubscriptions("c1").Should().Equal(News);
        _hub.CountSubscriptions("c1").Should().Be(1);
        _hub.TryGetSubscriber("c1", News, out _).Should().BeTrue();
    }

    [Fact]
    public async Task SubscribeAsync_SinceOnAChannelWithoutHistory_IsToldNoHistory()
    {
        var connection = _hub.Connect("c1");

        await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = "c1", Channel = News, Since = new ChannelPosition("e", 4) });

        connection.Frames.Single().Should().BeEquivalentTo(new { Kind = "subscribed", Recovered = (bool?)false, Failure = RecoveryFailure.NoHistory, Epoch = (string?)null });
    }

    [Fact]
    public async Task SubscribeAsync_Twice_IsAnsweredAgainAndChangesNothing()
    {
        var connection = _hub.Connect("c1");
        await Subscribe("c1", "1");

        (await Subscribe("c1", "2")).Should().Be(SubscribeOutcome.AlreadySubscribed);
        _hub.Publish(News.Message(1)).Should().Be(1);
        await _hub.DrainAsync(News);

        connection.Kinds.Should().Equal("subscribed", "subscribed", "event");
        connection.Frames[1].RequestId.Should().Be("2");
    }

    [Fact]
    public async Task SubscribeAsync_SocketThatHasClosed_IsEndedAndLeavesNothing()
    {
        _hub.Connect("c1");
        await _hub.RemoveConnectionAsync("c1");

        (await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = "c1", HasSocket = true, Channel = News })).Should().Be(SubscribeOutcome.Ended);
        _hub.IsSubscribed("c1", News).Should().BeFalse();
        await EndsEmpty();
    }

    [Fact]
    public async Task UnsubscribeAsync_Socket_IsToldLast()
    {
        var connection = _hub.Connect("c1");
        await Subscribe("c1");
        for (var i = 0; i < 100; i++)
        {
            _hub.Publish(News.Message(i));
        }

        var ended = await _hub.UnsubscribeAsync("c1", News, new UnsubscribeReason(0, null, "9"));
        _hub.Publish(News.Message("after")).Should().Be(0);
        await _hub.DrainAsync(News);

        ended.Should().BeEquivalentTo(new { Channel = News, WasLive = true });
        connection.Kinds[^1].Should().Be("unsubscribed");
        connection.Frames[^1].RequestId.Should().Be("9");
        connection.Data.Should().Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), "what was published before still comes");
        _hub.IsSubscribed("c1", News).Should().BeFalse();
        (await _hub.UnsubscribeAsync("c1", News, default)).Should().BeNull();
        await EndsEmpty();
    }

    [Fact]
    public async Task UnsubscribeAsync_WhenToldOfTheEnd_HasRoomForAnother()
    {
        var connection = _hub.Connect("c1");
        await Subscribe("c1");
        var told = (Count: -1, Subscriptions: -1);
        connection.SendingControl = () => told = (_hub.CountSubscriptions("c1"), _hub.GetSubscriptions("c1").Count);

        await _hub.UnsubscribeAsync("c1", News, default);

        told.Should().Be((0, 0), "a client at its limit may subscribe to another channel at once");
    }

    [Fact]
    public async Task RemoveConnectionAsync_Socket_EndsAllAndTellsNobody()
    {
        var connection = _hub.Connect("c1");
        await Subscribe("c1");
        await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = "c1", Channel = Channel.Public("b") });

        var ended = await _hub.RemoveConnectionAsync("c1");

        ended.Select(end => end.Channel).Should().BeEquivalentTo([News, Channel.Public("b")]);
        connection.Kinds.Should().Equal("subscribed", "subscribed");
        _hub.ConnectionCount.Should().Be(0);
        (await _hub.RemoveConnectionAsync("c1")).Should().BeEmpty();
        await EndsEmpty();
    }

    [Fact]
    public async Task SubscribeAsync_IdWithoutASocket_LivesAsLongAsItsSubscriptions()
    {
        await Subscribe("server-1");
        _hub.GetConnections(News).Should().Equal("server-1");
        _hub.ConnectionCount.Should().Be(0, "it has no socket");
        _hub.Connections.Should().BeEmpty();
        _hub.Publish(News.Message(1)).Should().Be(1);

        await _hub.UnsubscribeAsync("server-1", News, default);
        _hub.TryAdd(new RecordingConnection("server-1")).Should().BeTrue("the id is forgotten");
    }

    [Fact]
    public async Task SubscribeAsync_AnswerCannotBeSent_ClosesTheConnectionAndTheCallSucceeds()
    {
        var failing = _hub.Connect("a");
        failing.SendingControl = () => throw new InvalidOperationException("broken");
        var unencodable = _hub.Connect("b", protocol: new LineProtocol { FailsOnSubscribed = true });

        (await Subscribe("a")).Should().Be(SubscribeOutcome.Subscribed);
        (await Subscribe("b")).Should().Be(SubscribeOutcome.Subscribed);

        failing.CloseCode.Should().Be(1011);
        unencodable.CloseCode.Should().Be(1011);
        (await _hub.RemoveConnectionAsync("a")).Should().HaveCount(1);
        (await _hub.UnsubscribeAsync("b", News, default)).Should().NotBeNull();
    }

    [Fact]
    public async Task HasRoom_MessagesPending_IsFalseFromTheLimitUntilThePumpTookThem()
    {
        _options.PendingMessages = 10;
        var connection = _hub.Connect("a");
        await Subscribe("a");
        Task waiting;
        using (await Block(connection))
        {
            for (var i = 0; i < 10; i++)
            {
                _hub.HasRoom(News).Should().BeTrue();
                _hub.Publish(News.Message(i));
            }

            _hub.HasRoom(News).Should().BeFalse();
            waiting = _hub.WaitForRoomAsync(News, default).AsTask();
            waiting.IsCompleted.Should().BeFalse();

            using var cancellation = new CancellationTokenSource();
            var cancelled = _hub.WaitForRoomAsync(News, cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await FluentActions.Awaiting(() => cancelled).Should().ThrowAsync<OperationCanceledException>();
        }

        await waiting.InTimeAsync();
        await _hub.DrainAsync(News);
        _hub.HasRoom(News).Should().BeTrue();
        connection.Data.Should().HaveCount(11);
    }

    [Fact]
    public async Task HasRoom_BytesPending_IsFalseFromTheLimit()
    {
        _options.PendingBytes = 4096;
        var connection = _hub.Connect("a");
        await Subscribe("a");
        using (await Block(connection))
        {
            _hub.Publish(News.Message(new string('x', 5000)));
            _hub.HasRoom(News).Should().BeFalse();
        }

        await _hub.DrainAsync(News);
        _hub.HasRoom(News).Should().BeTrue();
    }

    private ValueTask<SubscribeOutcome> Subscribe(string id, string? requestId = null) =>
        _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = id, Channel = News, RequestId = requestId });

    private Task EndsEmpty() => Wait.UntilAsync(() => _hub.ChannelCount == 0, "the hub is empty");

    /// <summary>Blocks the pump of the channel in one connection's Send, until disposed.</summary>
    private async Task<IDisposable> Block(RecordingConnection connection)
    {
        var blocker = new Blocker(connection);
        _hub.Publish(News.Message("blocked"));
        await blocker.Blocked.InTimeAsync();
        return blocker;
    }
}
