using Microsoft.Extensions.Options;

namespace RfBroadcast.Tests;

public sealed class LocalHubTests
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
    public async Task Publish_SeveralPublishersAndSubscribers_AllSeeOneOrder()
    {
        const int Publishers = 4, Messages = 500;
        var connections = Enumerable.Range(0, 10).Select(i => _hub.Connect($"c{i}")).ToArray();
        foreach (var connection in connections)
        {
            await Subscribe(connection.Id);
        }

        using var start = new Barrier(Publishers);
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var i = 0; i < Messages; i++)
                {
                    _hub.Publish(News.Message(publisher * 1000 + i));
                }
            },
            TaskCreationOptions.LongRunning))).InTimeAsync();
        await _hub.DrainAsync(News);

        var order = connections[0].Data.Select(data => int.Parse(data!, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        order.Should().HaveCount(Publishers * Messages);
        order.GroupBy(data => data / 1000).Should().AllSatisfy(own => own.Should().BeInAscendingOrder("each publisher sees its own order"));
        connections.Should().AllSatisfy(connection => connection.Data.SequenceEqual(connections[0].Data).Should().BeTrue());
    }

    [Fact]
    public async Task Publish_Except_LeavesOutInsideABatch()
    {
        var (a, b, c) = (_hub.Connect("a"), _hub.Connect("b"), _hub.Connect("c"));
        foreach (var id in new[] { "a", "b", "c" })
        {
            await Subscribe(id);
        }

        using (await Block(c))
        {
            for (var i = 0; i < 9; i++)
            {
                _hub.Publish(News.Message(i, except: (i % 3) switch { 1 => "a", 2 => "b", _ => null }));
            }
        }

        await _hub.DrainAsync(News);
        a.Data.Should().Equal("blocked", "0", "2", "3", "5", "6", "8");
        b.Data.Should().Equal("blocked", "0", "1", "3", "4", "6", "7");
        c.Data.Should().Equal("blocked", "0", "1", "2", "3", "4", "5", "6", "7", "8");
        c.Slices[^1].Count.Should().Be(9, "it was one batch");
        a.Slices.Skip(1).Select(slice => slice.Batch).Distinct().Should().Equal([c.Slices[^1].Batch], "nobody's bytes are copied");

        _hub.Publish(News.Message("all"));
        await _hub.DrainAsync(News);
        a.Data[^1].Should().Be("all", "it was left out of that batch only");
    }

    [Fact]
    public async Task Publish_ManyMessages_MakesBatchesOfAtMost64KiBWithARightIndex()
    {
        var (a, blocked) = (_hub.Connect("a"), _hub.Connect("b"));
        await Subscribe("a");
        await Subscribe("b");
        var sizes = new[] { 10, 3_000, 20_000, 40_000, 65_400, 100_000, 1, 66_000, 66_000, 5, 30_000, 30_000, 30_000 };
        using (await Block(blocked))
        {
            for (var i = 0; i < sizes.Length; i++)
            {
                _hub.Publish(News.Message(new string((char)('a' + i), sizes[i]), offset: i + 1));
            }
        }

        await _hub.DrainAsync(News);

        // The recording connection decodes each frame by the index, and compares it with the whole.
        var slices = a.Slices.Skip(1).ToArray();
        a.Data.Skip(1).Select(data => data!.Length).Should().Equal(sizes);
        slices.Should().AllSatisfy(slice => (slice.Count == 1 || slice.Length <= Batch.MaxBytes).Should().BeTrue());
        slices.SelectMany(slice => slice.Frames.ToArray()).Select(frame => frame.Order).Should().Equal(Enumerable.Range(1, sizes.Length).Select(i => (long)i));
        slices.SelectMany(slice => slice.Frames.ToArray()).Should().OnlyContain(frame => frame.Event == "e" && !frame.IsEdge);
        slices.Length.Should().BeLessThan(sizes.Length, "small ones go together");
    }

    [Fact]
    public async Task Publish_TwoProtocols_EncodesOnceForEach()
    {
        var (one, two, unused) = (new LineProtocol("one"), new LineProtocol("two"), new LineProtocol("unused"));
        for (var i = 0; i < 20; i++)
        {
            var connection = _hub.Connect($"c{i}", protocol: i % 2 == 0 ? one : two);
            await Subscribe(connection.Id);
        }

        var last = _hub.Connect("last", protocol: unused);
        await Subscribe("last");
        await _hub.RemoveConnectionAsync("last");
        for (var i = 0; i < 50; i++)
        {
            _hub.Publish(News.Message(i));
        }

        await _hub.DrainAsync(News);
        one.MessagesEncoded.Should().Be(50);
        two.MessagesEncoded.Should().Be(50);
        unused.MessagesEncoded.Should().Be(0, "nobody who speaks it is left");
        _hub.Connections.Cast<RecordingConnection>().Should().AllSatisfy(connection => connection.Data.Should().HaveCount(50));
        last.Data.Should().BeEmpty();
    }

    [Fact]
    public async Task Publish_MessageThatCannotBeEncoded_IsLoggedAndTheOthersArrive()
    {
        var connection = _hub.Connect("a", protocol: new LineProtocol { Unencodable = "bad" });
        await Subscribe("a");
        using (await Block(connection))
        {
            _hub.Publish(News.Message(1));
            _hub.Publish(News.Message(2, name: "bad"));
            _hub.Publish(News.Message(3));
        }

        await _hub.DrainAsync(News);
        connection.Data.Should().Equal("blocked", "1", "3");
        _logger.Entries.Should().ContainSingle().Which.Id.Should().Be(1003);
        connection.CloseCode.Should().BeNull();
    }

    [Fact]
    public async Task Publish_ConnectionThatThrows_IsClosedLoggedAndHarmsNobody()
    {
        var (failing, other) = (_hub.Connect("a"), _hub.Connect("b"));
        await Subscribe("a");
        await Subscribe("b");
        failing.Sending = () => throw new InvalidOperationException("broken");
        failing.Closing = () => throw new InvalidOperationException("that too");

        for (var i = 0; i < 10; i++)
        {
            _hub.Publish(News.Message(i));
            await _hub.DrainAsync(News);
        }

        other.Data.Should().HaveCount(10);
        failing.SendCalls.Should().Be(1, "it is sent nothing any more");
        _logger.Entries.Select(entry => entry.Id).Should().Equal([1002, 1002], "once for the send and once for the close");
        _logger.Entries[0].Message.Should().Contain("\"a\"".Trim('"'));
        (await _hub.RemoveConnectionAsync("a")).Should().HaveCount(1);
    }

    [Fact]
    public async Task Publish_ConnectionThatThrows_IsClosedWith1011()
    {
        var failing = _hub.Connect("a");
        await Subscribe("a");
        failing.Sending = () => throw new InvalidOperationException("broken");

        _hub.Publish(News.Message(1));
        await _hub.DrainAsync(News);

        failing.CloseCode.Should().Be(1011);
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
    public async Task Publish_ConnectionThatWasClosed_HarmsNobody()
    {
        var (closed, other) = (_hub.Connect("a"), _hub.Connect("b"));
        await Subscribe("a");
        await Subscribe("b");
        closed.Close(4001, "bye");
        _hub.Publish(News.Message(1));
        await _hub.RemoveConnectionAsync("a");
        _hub.Publish(News.Message(2));
        await _hub.DrainAsync(News);

        other.Data.Should().Equal("1", "2");
        closed.Data.Should().Equal("1");
    }

    [Fact]
    public void Publish_Direct_GoesToTheOneConnection()
    {
        var connection = _hub.Connect("a");

        _hub.Publish(new DirectMessage("a", "hi", "5"u8.ToArray(), default)).Should().BeTrue();
        _hub.Publish(new DirectMessage("b", "hi", "5"u8.ToArray(), default)).Should().BeFalse();

        connection.Frames.Should().Equal(new Frame { Kind = "direct", Event = "hi", Data = "5" });
    }

    [Fact]
    public async Task Publish_DirectToAnIdWithoutASocket_IsFalse()
    {
        await Subscribe("server-1");

        _hub.Publish(new DirectMessage("server-1", "hi", "5"u8.ToArray(), default)).Should().BeFalse();
    }

    [Fact]
    public void Publish_NobodySubscribed_MakesNoChannel()
    {
        _hub.Publish(News.Message(1)).Should().Be(0);
        _hub.ChannelCount.Should().Be(0);
        _hub.HasRoom(News).Should().BeTrue();
        _hub.WaitForRoomAsync(News, default).AsTask().IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task Publish_SlowChannel_DoesNotDelayAnother()
    {
        var (slow, fast) = (_hub.Connect("slow"), _hub.Connect("fast"));
        var other = Channel.Public("other");
        await Subscribe("slow");
        await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = "fast", Channel = other });
        using (await Block(slow))
        {
            _hub.Publish(other.Message(1));
            await fast.UntilEventsAsync(1);
        }
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
