using Microsoft.Extensions.Options;

namespace RfBroadcast.Tests;

public sealed class MemoryBroadcasterTests : IDisposable
{
    private static readonly Channel News = Channel.Public("news");
    private readonly ManualTimeProvider _time = new();
    private readonly BroadcastOptions _options = new();
    private readonly Lazy<MemoryBroadcaster> _made;

    public MemoryBroadcasterTests() => _made = new Lazy<MemoryBroadcaster>(() => new MemoryBroadcaster(_options, _time));

    private MemoryBroadcaster Broadcaster => _made.Value;

    public void Dispose()
    {
        if (_made.IsValueCreated)
        {
            _made.Value.Dispose();
        }
    }

    [Fact]
    public async Task BroadcastAsync_SeveralChannels_ReachesASubscriberOncePerSubscription()
    {
        var (one, two) = (Broadcaster.Hub.Connect("1"), Broadcaster.Hub.Connect("2"));
        var other = Channel.Private("b");
        await Broadcaster.JoinAsync(one, News);
        await Broadcaster.JoinAsync(one, other);
        await Broadcaster.JoinAsync(two, other);

        var receipt = await Broadcaster.BroadcastAsync(new SimpleEvent("e", 1, News, other, News, Channel.Public("empty")));
        await Broadcaster.Hub.DrainAsync(News);
        await Broadcaster.Hub.DrainAsync(other);

        receipt.Channels.Should().Equal(
            new ChannelReceipt(News, null, 1), new ChannelReceipt(other, null, 2), new ChannelReceipt(Channel.Public("empty"), null, 0));
        one.Events.Select(frame => frame.Channel).Should().BeEquivalentTo("news", "private-b");
        two.Events.Should().ContainSingle();
    }

    [Fact]
    public async Task BroadcastAsync_ToAUser_ReachesAllConnectionsOfTheUser()
    {
        var connections = Enumerable.Range(0, 3).Select(i => Broadcaster.Hub.Connect($"c{i}", "auth0|7")).ToArray();
        foreach (var connection in connections)
        {
            await Broadcaster.JoinAsync(connection, Channel.User("auth0|7"));
        }

        var receipt = await Broadcaster.NotifyUserAsync("auth0|7", "Title", "Text");
        await Broadcaster.Hub.DrainAsync(Channel.User("auth0|7"));

        receipt.Channels.Single().LocalSubscribers.Should().Be(3);
        connections.Should().AllSatisfy(connection => connection.Events.Should().ContainSingle().Which.Event.Should().Be("notification"));
    }

    [Fact]
    public async Task BroadcastAsync_ToAConnection_ReachesItAlone()
    {
        var (one, two) = (Broadcaster.Hub.Connect("1"), Broadcaster.Hub.Connect("2"));

        var receipt = await Broadcaster.ToConnection("1").Event("hi").With(5).SendAsync();

        receipt.Should().BeSameAs(BroadcastReceipt.Empty);
        one.Frames.Should().Equal(new Frame { Kind = "direct", Event = "hi", Data = "5" });
        two.Frames.Should().BeEmpty();
    }

    [Fact]
    public async Task BroadcastAsync_ToAConnectionThatIsNotThere_ThrowsAndSendsNothing()
    {
        var one = Broadcaster.Hub.Connect("1");
        await Broadcaster.JoinAsync(one, News);

        var send = async () => await Broadcaster.ToConnection("gone").To("news").Event("hi").SendAsync();

        (await send.Should().ThrowAsync<ConnectionNotFoundException>()).Which.ConnectionId.Should().Be("gone");
        await Broadcaster.Hub.DrainAsync(News);
        one.Events.Should().BeEmpty();
    }

    [Fact]
    public async Task BroadcastAsync_Except_LeavesTheConnectionOut()
    {
        var (one, two) = (Broadcaster.Hub.Connect("1"), Broadcaster.Hub.Connect("2"));
        await Broadcaster.JoinAsync(one, News);
        await Broadcaster.JoinAsync(two, News);

        await Broadcaster.SayAsync(News, 1, except: "1");
        await Broadcaster.SayAsync(News, 2, except: "nobody");
        await Broadcaster.Hub.DrainAsync(News);

        one.Data.Should().Equal("2");
        two.Data.Should().Equal("1", "2");
    }

    [Fact]
    public async Task BroadcastAsync_ConditionIsFalse_GivesTheEmptyReceipt() =>
        (await Broadcaster.BroadcastAsync(new CustomEvent { Channels = [News], When = false })).Should().BeSameAs(BroadcastReceipt.Empty);

    [Fact]
    public async Task BroadcastAsync_CannotBeSerialised_SendsNothing()
    {
        var one = Broadcaster.Hub.Connect("1");
        await Broadcaster.JoinAsync(one, News);

        await FluentActions.Awaiting(async () => await Broadcaster.BroadcastAsync(new SimpleEvent("x", typeof(int), News)))
            .Should().ThrowAsync<BroadcastSerializationException>();
        await Broadcaster.Hub.DrainAsync(News);
        one.Events.Should().BeEmpty();
    }

    [Fact]
    public async Task BroadcastAsync_SameKey_PublishesOnceAndForgetsAFailure()
    {
        var one = Broadcaster.Hub.Connect("1");
        await Broadcaster.JoinAsync(one, News);
        await FluentActions.Awaiting(async () => await Broadcaster.To("news").Event("x").With(typeof(int)).WithIdempotencyKey("k").SendAsync())
            .Should().ThrowAsync<BroadcastSerializationException>();

        var first = await Broadcaster.To("news").Event("x").WithIdempotencyKey("k").SendAsync();
        var second = await Broadcaster.To("news").Event("x").WithIdempotencyKey("k").SendAsync();
        await Broadcaster.Hub.DrainAsync(News);

        second.Should().BeSameAs(first);
        one.Events.Should().HaveCount(1);
    }

    [Fact]
    public async Task BroadcastAsync_TooManyPending_WaitsForThePumpAndKeepsTheOrder()
    {
        _options.PendingMessages = 8;
        var one = Broadcaster.Hub.Connect("1");
        await Broadcaster.JoinAsync(one, News);
        Task<ChannelReceipt> waiting;
        using (var blocker = new Blocker(one))
        {
            await Broadcaster.SayAsync(News, "first");
            await blocker.Blocked.InTimeAsync();
            for (var i = 0; i < 8; i++)
            {
                await Broadcaster.SayAsync(News, i);
            }

            waiting = Broadcaster.SayAsync(News, "waited");
            using var cancellation = new CancellationTokenSource();
            var call = Broadcaster.BroadcastAsync(new SimpleEvent("e", "cancelled", News), cancellation.Token).AsTask();
            waiting.IsCompleted.Should().BeFalse();
            call.IsCompleted.Should().BeFalse();
            await cancellation.CancelAsync();
            await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
            (await Broadcaster.SayAsync(Channel.Public("other"), 1)).LocalSubscribers.Should().Be(0, "only that channel waits");
        }

        await waiting.InTimeAsync();
        await Broadcaster.SayAsync(News, "after");
        await Broadcaster.Hub.DrainAsync(News);
        one.Data.Should().Equal("\"first\"", "0", "1", "2", "3", "4", "5", "6", "7", "\"waited\"", "\"after\"");
    }

    [Fact]
    public async Task BroadcastAsync_ManyWaitingPublishers_AllGetThrough()
    {
        _options.PendingMessages = 2;
        _options.Channels.For("news", c => c.KeepHistory(1000, TimeSpan.FromHours(1)));
        var one = Broadcaster.Hub.Connect("1");
        await Broadcaster.JoinAsync(one, News);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(publisher => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await Broadcaster.SayAsync(News, publisher);
            }
        }))).InTimeAsync();

        await Broadcaster.Hub.DrainAsync(News);
        one.Offsets.Should().Equal(Enumerable.Range(1, 800).Select(i => (long)i));
    }

    [Fact]
    public async Task BroadcastAsync_ChannelWithHistory_GivesPositions()
    {
        _options.Channels.For("orders.{id}", c => c.KeepHistory(10, TimeSpan.FromMinutes(1)));
        var channel = Channel.Private("orders.7");

        var first = (await Broadcaster.SayAsync(channel, 1)).Position!.Value;
        var second = (await Broadcaster.SayAsync(channel, 2)).Position!.Value;

        first.Offset.Should().Be(1);
        second.Should().Be(first with { Offset = 2 });
        first.Epoch.Should().HaveLength(8);
    }

    [Fact]
    public async Task BroadcastAsync_ClientEvent_IsNeverKept()
    {
        _options.Channels.For("orders.{id}", c => c.KeepHistory(10, TimeSpan.FromMinutes(1)));
        var channel = Channel.Private("orders.7");
        var one = Broadcaster.Hub.Connect("1");
        await Broadcaster.JoinAsync(one, channel);

        var receipt = await Broadcaster.BroadcastAsync(
            new BroadcastRequest { Event = new SimpleEvent("client-typing", 1, channel), IsClientEvent = true, ClientUserId = "7" });
        await Broadcaster.Hub.DrainAsync(channel);

        receipt.Channels.Single().Position.Should().BeNull();
        one.Events.Single().Should().BeEquivalentTo(new { Event = "client-typing", UserId = "7", Offset = 0L });
        (await Broadcaster.ReadLastAsync(channel, 10)).Messages.Should().BeEmpty();
    }

    [Fact]
    public void Constructor_WrongOptions_NamesTheSettings() =>
        FluentActions.Invoking(() => new MemoryBroadcaster(new BroadcastOptions { MaxPayloadBytes = 1, PendingMessages = 0 }))
            .Should().Throw<OptionsValidationException>().WithMessage("*Broadcasting:MaxPayloadBytes*Broadcasting:PendingMessages*");

    [Fact]
    public async Task SubscribeAsync_NegativeLast_ThrowsAndLeavesNothing()
    {
        _options.Channels.For("news", c => c.KeepHistory(10, TimeSpan.FromMinutes(1)));

        await FluentActions.Awaiting(async () => await Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = "1", Channel = News, Last = -1 }))
            .Should().ThrowAsync<ArgumentOutOfRangeException>();
        Broadcaster.IsSubscribed("1", News).Should().BeFalse();
    }

    [Fact]
    public async Task SubscribeAsync_Cancelled_Throws() =>
        await FluentActions.Awaiting(async () => await Broadcaster.SubscribeAsync("1", "news", cancellationToken: new CancellationToken(canceled: true)))
            .Should().ThrowAsync<OperationCanceledException>();

    [Fact]
    public void Timers_NothingToWaitFor_StandStill()
    {
        _options.Channels.For("news", c => c.KeepHistory(10, TimeSpan.FromMinutes(1)));
        _ = Broadcaster;

        _time.RunningTimers.Should().Be(0);
    }
}
