namespace RfBroadcast.Tests;

/// <summary>Calls that overtake each other.</summary>
public sealed partial class MemoryPresenceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ending_BeforeItIsComplete_NeverJoins(bool unsubscribe)
    {
        var ada = await Join("1", "ada");
        var bob = Hub.Connect("2", "bob");
        var (_, pending) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(bob, Chat) with { UserId = "bob" });
        if (unsubscribe)
        {
            await _broadcaster.UnsubscribeAsync("2", Chat);
        }
        else
        {
            await _broadcaster.RemoveConnectionAsync("2", leaveAtOnce: true);
        }

        _broadcaster.Presence.Join(Chat, "2", "bob", info: null);
        (await pending!.CompleteAsync(new SubscriptionStart())).Should().BeFalse();
        await Hub.DrainAsync(Chat);

        ada.Edges.Should().BeEmpty();
        (await Members()).Should().Equal("ada");
    }

    [Fact]
    public async Task Ending_ByAnOlderCall_DoesNotTakeOffWhoIsBack()
    {
        // The first subscribe is still being completed when the client has left and come back under the same id.
        var bob = Hub.Connect("2", "bob");
        var (_, first) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(bob, Chat) with { UserId = "bob" });
        await _broadcaster.UnsubscribeAsync("2", Chat);
        await _broadcaster.JoinAsync(bob, Chat);

        _broadcaster.Presence.Join(Chat, "2", "bob", info: null);
        (await first!.CompleteAsync(new SubscriptionStart())).Should().BeFalse();
        _time.Advance(TimeSpan.FromMinutes(1));

        (await Members()).Should().Equal("bob");
    }

    [Fact]
    public async Task Snapshot_ChannelThatWasEmptyBetween_IsNotUndoneByAnOlderEdge()
    {
        // Eve keeps Ada's leave while she is completed; then Ada is back. What Eve is told must say that Ada is there.
        var adaConnection = await Join("1", "ada");
        var eve = Hub.Connect("3", "eve");
        var (_, joining) = await Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(eve, Chat) with { UserId = "eve" });
        for (var i = 0; i < 3; i++)
        {
            await Join($"bob-{i}", "bob");
            await _broadcaster.UnsubscribeAsync($"bob-{i}", Chat);
        }

        await _broadcaster.UnsubscribeAsync("1", Chat);
        _broadcaster.Presence.ChannelCount.Should().Be(0);
        await _broadcaster.JoinAsync(adaConnection, Chat);
        _broadcaster.Presence.Join(Chat, "3", "eve", info: null);
        var (members, revision) = _broadcaster.Presence.Read(Chat);
        (await joining!.CompleteAsync(new SubscriptionStart { Members = members, Revision = revision })).Should().BeTrue();
        await Hub.DrainAsync(Chat);

        Present(eve).Should().BeEquivalentTo("ada", "eve");
        eve.Edges.Should().BeEmpty();
    }

    [Fact]
    public async Task Leave_CallThatComesLate_DoesNotTakeOffWhoIsSubscribedAgain()
    {
        using var wheel = new TimerWheel(_time);
        var presence = new MemoryPresence(Hub, wheel, _time, Grace);
        var request = new SubscribeRequest { ConnectionId = "1", Channel = Chat, UserId = "ada" };
        await Hub.SubscribeAsync(request);
        presence.Join(Chat, "1", "ada", info: null);

        // Ended, and back before the one who ended it says so here.
        await Hub.UnsubscribeAsync("1", Chat, default);
        await Hub.SubscribeAsync(request);
        presence.Join(Chat, "1", "ada", info: null);
        presence.Leave(Chat, "1", "ada", atOnce: true);
        presence.Read(Chat).Members.Should().HaveCount(1);

        // Back as somebody else: then the first one has left.
        await Hub.UnsubscribeAsync("1", Chat, default);
        await Hub.SubscribeAsync(request with { UserId = "bob" });
        presence.Join(Chat, "1", "bob", info: null);
        presence.Leave(Chat, "1", "ada", atOnce: true);
        presence.Read(Chat).Members.Select(member => member.UserId).Should().Equal("bob");
    }

    [Fact]
    public async Task Leave_EarlierGracePeriodComesDueLate_DoesNotEndTheLaterOne()
    {
        using var wheel = new TimerWheel(_time);
        var presence = new MemoryPresence(Hub, wheel, _time, Grace);
        var request = new SubscribeRequest { ConnectionId = "1", Channel = Chat, UserId = "ada" };
        await Join();
        await Leave();

        // Due in the same tick and run before: back and away again, when the first grace period is due already.
        wheel.Schedule(Grace, () =>
        {
            Join().GetAwaiter().GetResult();
            Leave().GetAwaiter().GetResult();
        });
        _time.Advance(Grace + TimerWheel.Tick);

        presence.Read(Chat).Members.Should().HaveCount(1);
        _time.Advance(Grace + TimerWheel.Tick);
        presence.Read(Chat).Members.Should().BeEmpty();

        async Task Join()
        {
            await Hub.SubscribeAsync(request);
            presence.Join(Chat, "1", "ada", info: null);
        }

        async Task Leave()
        {
            await Hub.UnsubscribeAsync("1", Chat, default);
            presence.Leave(Chat, "1", "ada", atOnce: false);
        }
    }

    [Fact]
    public async Task Completing_KeptTooMuch_LosesNoEdge()
    {
        var (small, time) = (new BroadcastOptions { RecoveryBytes = 1024 }, _time);
        using var broadcaster = new MemoryBroadcaster(small, time);
        var ada = broadcaster.Hub.Connect("1", "ada");
        await broadcaster.JoinAsync(ada, Chat);
        var (_, pending) = await broadcaster.Hub.BeginSubscribeAsync(BroadcasterExtensions.Request(ada, Chat) with { RequestId = "2" });
        await broadcaster.SubscribeAsync("2", "presence-chat", "bob");
        for (var i = 0; i < 20; i++)
        {
            await broadcaster.SayAsync(Chat, new string('x', 100));
        }

        await broadcaster.SubscribeAsync("3", "presence-chat", "eve");
        await pending!.CompleteAsync(new SubscriptionStart { Members = [new PresenceMember("ada", null, default)], Revision = 1 });

        Present(ada).Should().BeEquivalentTo("ada", "bob", "eve");
        ada.Frames.Single(frame => frame.RequestId == "2").Should().BeEquivalentTo(
            new { Recovered = (bool?)false, Failure = RecoveryFailure.Limit }, "the messages are lost");
        ada.Data.Should().BeEmpty();
    }

    [Fact]
    public async Task SubscribingAndEnding_TheSameConnectionFromTwoThreads_EndsInAgreement()
    {
        using var broadcaster = new MemoryBroadcaster(new BroadcastOptions { PresenceGrace = TimeSpan.Zero });
        for (var round = 0; round < 1_000; round++)
        {
            using var start = new Barrier(2);
            var subscribing = Task.Run(async () =>
            {
                start.SignalAndWait();
                await broadcaster.SubscribeAsync("c", "presence-chat", "ada");
                await broadcaster.SubscribeAsync("c", "presence-chat", "ada");
            });
            var ending = Task.Run(async () =>
            {
                start.SignalAndWait();
                await broadcaster.UnsubscribeAsync("c", Chat);
                await broadcaster.UnsubscribeAsync("c", Chat);
            });
            await Task.WhenAll(subscribing, ending).InTimeAsync();

            (await broadcaster.GetMembersAsync(Chat)).Count.Should().Be(broadcaster.IsSubscribed("c", Chat) ? 1 : 0);
            await broadcaster.UnsubscribeAsync("c", Chat);
            broadcaster.Presence.ChannelCount.Should().Be(0);
        }
    }
}
