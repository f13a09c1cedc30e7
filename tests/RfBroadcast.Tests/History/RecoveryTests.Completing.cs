namespace RfBroadcast.Tests;

/// <summary>What happens while the history is read.</summary>
public sealed partial class RecoveryTests
{
    [Fact]
    public async Task Completing_LiveTrafficMeanwhile_MakesNoGapAndNoRepeat()
    {
        // The read is held open by hand: 1-2 before it, 3-4 while it runs and in it, 5-6 after it.
        var top = await Say(1, 2);
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(_client, Orders) with { Since = top with { Offset = 1 } });
        await Say(3, 4);
        var page = await _broadcaster.ReadSinceAsync(Orders, top with { Offset = 1 });
        await Say(5, 6);
        await Hub.DrainAsync(Orders);
        _client.Frames.Should().BeEmpty("nothing comes before subscribed");

        (await pending!.CompleteAsync(Start(page))).Should().BeTrue();
        await Say(7, 7);
        await Hub.DrainAsync(Orders);

        _client.Kinds[0].Should().Be("subscribed");
        Subscribed.Offset.Should().Be(4);
        _client.Offsets.Should().Equal(2, 3, 4, 5, 6, 7);
    }

    [Fact]
    public async Task Completing_ReadIsAheadOfThePump_RepeatsNothing()
    {
        // The pump is blocked on another client, so that the read has messages it has not fanned out yet.
        var top = await Say(1, 1);
        var other = Hub.Connect("other");
        await _broadcaster.JoinAsync(other, Orders);
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(_client, Orders) with { Since = top });
        Task<bool> completing;
        using (var blocker = new Blocker(other))
        {
            await Say(2, 2);
            await blocker.Blocked.InTimeAsync();
            await Say(3, 4);
            completing = pending!.CompleteAsync(Start(await _broadcaster.ReadSinceAsync(Orders, top))).AsTask();
            await Say(5, 6);
        }

        (await completing.InTimeAsync()).Should().BeTrue();
        await Hub.DrainAsync(Orders);
        _client.Offsets.Should().Equal(2, 3, 4, 5, 6);
        other.Offsets.Should().Equal(2, 3, 4, 5, 6);
    }

    [Fact]
    public async Task Completing_HistoryIsAheadOfWhatArrives_RepeatsNothing()
    {
        // As with a store that many nodes share: the messages it gave arrive on this node later.
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(_client, Orders) with { Since = new ChannelPosition("e", 3) });
        await pending!.CompleteAsync(new SubscriptionStart
        {
            Position = new ChannelPosition("e", 5),
            Missed = [Orders.Message(4, offset: 4), Orders.Message(5, offset: 5)],
            Recovered = true,
        });
        for (var i = 4; i < 8; i++)
        {
            Hub.Publish(Orders.Message(i, offset: i));
            await Hub.DrainAsync(Orders);
        }

        _client.Offsets.Should().Equal(4, 5, 6, 7);
    }

    [Fact]
    public async Task Completing_ClientEventsMeanwhile_AreKept()
    {
        var top = await Say(1, 1);
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(_client, Orders) with { PreviousConnectionId = "1.0" });
        Hub.Publish(Orders.Message("typing"));
        Hub.Publish(Orders.Message("own", except: "1.1"));
        Hub.Publish(Orders.Message("old own", except: "1.0"));

        await pending!.CompleteAsync(new SubscriptionStart { Position = top });

        _client.Data.Should().Equal("typing");
    }

    [Fact]
    public async Task Completing_KeptTooMuch_IsLimitAndLive()
    {
        var top = await Say(1, 1);
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(_client, Orders) with { Since = top });
        var page = await _broadcaster.ReadSinceAsync(Orders, top);
        for (var i = 0; i < 20; i++)
        {
            await _broadcaster.SayAsync(Orders, new string('x', 400));
        }

        await pending!.CompleteAsync(Start(page));
        await _broadcaster.SayAsync(Orders, "live");
        await Hub.DrainAsync(Orders);

        Subscribed.Should().BeEquivalentTo(new { Offset = 21L, Recovered = (bool?)false, Failure = RecoveryFailure.Limit });
        _client.Offsets.Should().Equal(22);
    }

    [Fact]
    public async Task Completing_FreshAndKeptTooMuch_StartsFromTheNewest()
    {
        var top = await Say(1, 1);
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(_client, Orders));
        for (var i = 0; i < 20; i++)
        {
            await _broadcaster.SayAsync(Orders, new string('x', 400));
        }

        await pending!.CompleteAsync(new SubscriptionStart { Position = top });

        Subscribed.Should().BeEquivalentTo(new { Offset = 21L, Recovered = (bool?)null });
        _client.Events.Should().BeEmpty();
    }

    [Fact]
    public async Task SubscribeAsync_AgainWhileTheFirstIsCompleted_BothAreAnswered()
    {
        var top = await Say(1, 2);
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(_client, Orders) with { RequestId = "1" });

        (await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(_client, Orders) with { RequestId = "2" })).Should().Be(SubscribeOutcome.AlreadySubscribed);
        await pending!.CompleteAsync(new SubscriptionStart { Position = top });

        _client.Frames.Select(frame => (frame.Kind, frame.RequestId, frame.Offset)).Should().Equal(("subscribed", "1", 2), ("subscribed", "2", 2));
    }

    [Fact]
    public async Task CompleteAsync_UnsubscribedBefore_IsEnded()
    {
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(_client, Orders));
        (await _broadcaster.UnsubscribeAsync("1.1", Orders, UnsubscribeReason.Revoked)).Should().BeTrue();

        (await pending!.CompleteAsync(new SubscriptionStart())).Should().BeFalse();
        _client.Kinds.Should().Equal("unsubscribed");
    }

    [Fact]
    public async Task AbandonAsync_RepeatThatKeptTooMuch_ClosesTheConnection()
    {
        var presence = Channel.Presence("chat");
        var member = Hub.Connect("2.2", "7");
        await _broadcaster.JoinAsync(member, presence);
        var (outcome, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(member, presence));
        outcome.Should().Be(SubscribeOutcome.AlreadySubscribed);
        Hub.Publish(presence.Message("\"kept\""));
        await pending!.AbandonAsync();
        member.Data.Should().Equal(["\"kept\""], "it stays subscribed, and loses nothing");

        (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(member, presence));
        for (var i = 0; i < 20; i++)
        {
            Hub.Publish(presence.Message(new string('x', 400)));
        }

        await pending!.AbandonAsync();
        member.CloseCode.Should().Be(1011, "it cannot be told what it lost otherwise");
    }
}
