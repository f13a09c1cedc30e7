using System.Text.Json;

namespace RfBroadcast.Tests;

public sealed partial class MemoryPresenceTests : IDisposable
{
    private static readonly Channel Chat = Channel.Presence("chat");
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryBroadcaster _broadcaster;

    public MemoryPresenceTests() => _broadcaster = new MemoryBroadcaster(new BroadcastOptions { PresenceGrace = Grace }, _time);

    private LocalHub Hub => _broadcaster.Hub;

    public void Dispose() => _broadcaster.Dispose();

    [Fact]
    public async Task Join_FirstConnection_IsAnEdgeForTheOthersAndNotForItself()
    {
        var ada = await Join("1", "ada");
        var bob = await Join("2", "bob");
        await Hub.DrainAsync(Chat);

        ada.Frames[0].Members.Should().Equal("ada");
        bob.Frames[0].Members.Should().Equal(["ada", "bob"], "the snapshot includes the joiner");
        ada.Edges.Should().Equal("+bob");
        bob.Edges.Should().BeEmpty();
    }

    [Fact]
    public async Task JoinAndLeave_SecondConnection_IsNoEdge()
    {
        var ada = await Join("1", "ada");
        await Join("2", "bob");
        await Join("3", "bob");
        await _broadcaster.UnsubscribeAsync("2", Chat);
        await Hub.DrainAsync(Chat);
        ada.Edges.Should().Equal("+bob");

        await _broadcaster.UnsubscribeAsync("3", Chat);
        await Hub.DrainAsync(Chat);
        ada.Edges.Should().Equal("+bob", "-bob");
    }

    [Fact]
    public async Task Join_SecondConnection_ReplacesTheInfoSilently()
    {
        var ada = await Join("1", "ada");
        await Join("2", "bob", new { Name = "Bob" });
        _time.Advance(TimeSpan.FromMinutes(1));
        await Join("3", "bob", new { Name = "Robert" });
        await Hub.DrainAsync(Chat);

        ada.Edges.Should().Equal("+bob");
        ada.Frames.Single(frame => frame.Kind == "joined").Data.Should().Be("""{"name":"Bob"}""");
        var bob = (await _broadcaster.GetMembersAsync(Chat)).Single(member => member.UserId == "bob");
        bob.UserInfo!.Value.GetRawText().Should().Be("""{"name":"Robert"}""");
        bob.JoinedAt.Should().Be(_time.GetUtcNow() - TimeSpan.FromMinutes(1), "it is still the same stay");
    }

    [Fact]
    public async Task Leave_Unsubscribed_IsDoneWhenTheClientIsTold()
    {
        await Join("1", "ada");
        var bob = await Join("2", "bob");
        List<string>? told = null;
        bob.SendingControl = () => told = [.. _broadcaster.GetMembersAsync(Chat).AsTask().Result.Select(member => member.UserId)];

        await _broadcaster.UnsubscribeAsync("2", Chat);

        told.Should().Equal(["ada"], "who comes back at once, on another connection, joins anew");
    }

    [Fact]
    public async Task Leave_ConnectionClosed_WaitsForTheGracePeriod()
    {
        var ada = await Join("1", "ada");
        await Join("2", "bob");
        await _broadcaster.RemoveConnectionAsync("2", leaveAtOnce: false);

        _time.Advance(Grace - TimeSpan.FromTicks(1));
        await Hub.DrainAsync(Chat);
        ada.Edges.Should().Equal("+bob");
        (await Members()).Should().Equal("ada", "bob");

        _time.Advance(TimerWheel.Tick + TimeSpan.FromTicks(1));
        await Hub.DrainAsync(Chat);
        ada.Edges.Should().Equal("+bob", "-bob");
        (await Members()).Should().Equal("ada");
    }

    [Fact]
    public async Task Leave_BackWithinTheGracePeriod_IsNoEdge()
    {
        var ada = await Join("1", "ada");
        await Join("2", "bob");
        for (var reload = 3; reload < 6; reload++)
        {
            await _broadcaster.RemoveConnectionAsync($"{reload - 1}", leaveAtOnce: false);
            _time.Advance(TimeSpan.FromSeconds(2.5));
            var back = await Join($"{reload}", "bob");
            back.Frames[0].Members.Should().Equal("ada", "bob");
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        await Hub.DrainAsync(Chat);
        ada.Edges.Should().Equal("+bob");
    }

    [Fact]
    public async Task Leave_AllAtOnceAndBackAfterTheGrace_AreNewMembers()
    {
        var ada = await Join("1", "ada");
        await Join("2", "bob");
        await _broadcaster.RemoveConnectionAsync("2", leaveAtOnce: false);
        _time.Advance(TimeSpan.FromSeconds(4));
        await Join("3", "bob");
        await Hub.DrainAsync(Chat);

        ada.Edges.Should().Equal("+bob", "-bob", "+bob");
    }

    [Theory]
    [InlineData(0)] // the client asked
    [InlineData(2000)]
    [InlineData(2001)]
    public async Task Leave_UnsubscribedForGood_IsAtOnce(int code)
    {
        var ada = await Join("1", "ada");
        await Join("2", "bob");

        await _broadcaster.UnsubscribeAsync("2", Chat, new UnsubscribeReason(code));
        await Hub.DrainAsync(Chat);

        ada.Edges.Should().Equal("+bob", "-bob");
    }

    [Theory]
    [InlineData(2500)]
    [InlineData(2501)]
    public async Task Leave_UnsubscribedToComeBack_WaitsForTheGracePeriod(int code)
    {
        var ada = await Join("1", "ada");
        var bob = await Join("2", "bob");

        await _broadcaster.UnsubscribeAsync("2", Chat, new UnsubscribeReason(code));
        await _broadcaster.JoinAsync(bob, Chat);
        _time.Advance(TimeSpan.FromMinutes(1));
        await Hub.DrainAsync(Chat);

        ada.Edges.Should().Equal("+bob");
    }

    [Fact]
    public async Task Leave_DisconnectedByTheApp_IsAtOnce()
    {
        var ada = await Join("1", "ada");
        await Join("2", "bob");

        await _broadcaster.RemoveConnectionAsync("2", leaveAtOnce: true);
        await Hub.DrainAsync(Chat);

        ada.Edges.Should().Equal("+bob", "-bob");
    }

    [Fact]
    public async Task Leave_NoGracePeriod_IsAtOnce()
    {
        using var broadcaster = new MemoryBroadcaster(new BroadcastOptions { PresenceGrace = TimeSpan.Zero }, _time);
        await broadcaster.SubscribeAsync("1", "presence-chat", "ada");

        await broadcaster.RemoveConnectionAsync("1", leaveAtOnce: false);

        (await broadcaster.GetMembersAsync(Chat)).Should().BeEmpty();
        _time.RunningTimers.Should().Be(0);
    }

    [Fact]
    public async Task Leave_TheLast_ForgetsTheChannel()
    {
        await Join("1", "ada");
        _broadcaster.Presence.ChannelCount.Should().Be(1);

        await _broadcaster.RemoveConnectionAsync("1", leaveAtOnce: false);
        _time.Advance(TimeSpan.FromSeconds(4));

        _broadcaster.Presence.ChannelCount.Should().Be(0);
        (await Members()).Should().BeEmpty();
    }

    [Fact]
    public async Task SubscribeAsync_Twice_IsAnsweredWithTheMembersAndChangesNothing()
    {
        var ada = await Join("1", "ada");
        var bob = await Join("2", "bob");

        (await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(ada, Chat) with { RequestId = "2", UserId = "eve" }))
            .Should().Be(SubscribeOutcome.AlreadySubscribed);
        await _broadcaster.SayAsync(Chat, 1);
        await Hub.DrainAsync(Chat);

        ada.Frames[^2].Should().BeEquivalentTo(new { Kind = "subscribed", RequestId = "2", Members = new[] { "ada", "bob" } });
        ada.Data.Should().Equal("1");
        ada.Edges.Should().Equal("+bob");
        bob.Edges.Should().BeEmpty();
        (await Members()).Should().Equal("ada", "bob");
    }

    [Fact]
    public async Task SubscribeAsync_PresenceWithHistory_TellsMembersAndPosition()
    {
        var options = new BroadcastOptions();
        options.Channels.For("chat", c => c.KeepHistory(10, TimeSpan.FromHours(1)));
        using var broadcaster = new MemoryBroadcaster(options, _time);
        await broadcaster.SayAsync(Chat, 1);
        var ada = broadcaster.Hub.Connect("1", "ada");

        await broadcaster.JoinAsync(ada, Chat, last: 5);
        await broadcaster.SubscribeAsync(BroadcasterExtensions.Request(ada, Chat));
        await broadcaster.SayAsync(Chat, 2);
        await broadcaster.Hub.DrainAsync(Chat);

        ada.Kinds.Should().Equal("subscribed", "event", "subscribed", "event");
        ada.Frames.Where(frame => frame.Kind == "subscribed").Should().AllSatisfy(frame =>
        {
            frame.Members.Should().Equal("ada");
            frame.Offset.Should().Be(1);
        });
        ada.Offsets.Should().Equal(1, 2);
    }

    [Fact]
    public async Task SubscribeAsync_UserOfTheRequest_GoesOverTheConnections()
    {
        var guest = Hub.Connect("1", userId: null);
        var user = Hub.Connect("2", "7");

        await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(guest, Chat) with { UserId = "guest-1" });
        await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(user, Chat) with { UserId = "other" });

        (await Members()).Should().BeEquivalentTo("guest-1", "other");
    }

    [Fact]
    public async Task SubscribeAsync_NoUser_Throws()
    {
        var guest = Hub.Connect("1", userId: null);

        await FluentActions.Awaiting(async () => await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(guest, Chat)))
            .Should().ThrowAsync<AuthorizationFailedException>();
        guest.Frames.Should().BeEmpty();
    }

    [Fact]
    public async Task SubscribeAsync_SocketThatHasClosed_IsEndedAndJoinsNobody()
    {
        var gone = Hub.Connect("1", userId: null);
        await _broadcaster.RemoveConnectionAsync("1", leaveAtOnce: false);

        (await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(gone, Chat))).Should().Be(SubscribeOutcome.Ended);
        (await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(gone, Chat) with { UserId = "7" })).Should().Be(SubscribeOutcome.Ended);
        (await Members()).Should().BeEmpty();
    }

    [Fact]
    public async Task SubscribeAsync_InfoOfADisposedDocument_IsKept()
    {
        using (var document = JsonDocument.Parse("""{"name":"Ada"}"""))
        {
            await _broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = "1", Channel = Chat, UserId = "ada", UserInfo = document.RootElement });
        }

        await _broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = "2", Channel = Chat, UserId = "bob", UserInfo = default(JsonElement) });
        var members = await _broadcaster.GetMembersAsync(Chat);
        members.Single(member => member.UserId == "ada").UserInfo!.Value.GetRawText().Should().Be("""{"name":"Ada"}""");
        members.Single(member => member.UserId == "bob").UserInfo.Should().BeNull();
    }

    [Fact]
    public async Task GetMembersAsync_Members_AreOldestFirst()
    {
        foreach (var user in new[] { "c", "a", "b" })
        {
            await Join(user, user);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        (await Members()).Should().Equal("c", "a", "b");
        (await _broadcaster.GetMembersAsync(Channel.Public("chat"))).Should().BeEmpty();
    }

    /// <summary>Who is present by what a client was told; a join of somebody present or a leave of somebody absent fails.</summary>
    private static HashSet<string> Present(RecordingConnection client)
    {
        var present = new HashSet<string>();
        foreach (var frame in client.Frames)
        {
            switch (frame.Kind)
            {
                case "subscribed":
                    present = [.. frame.Members!];
                    break;
                case "joined":
                    present.Add(frame.Member!).Should().BeTrue("{0} was told of a join of {1}", client.Id, frame.Member);
                    break;
                case "left":
                    present.Remove(frame.Member!).Should().BeTrue("{0} was told of a leave of {1}", client.Id, frame.Member);
                    break;
            }
        }

        return present;
    }

    private async Task<RecordingConnection> Join(string id, string userId, object? info = null)
    {
        var connection = Hub.Connect(id, userId);
        var request = BroadcasterExtensions.Request(connection, Chat) with { UserInfo = info is null ? null : new BroadcastSerializer().SerializeToElement(info) };
        (await _broadcaster.SubscribeAsync(request).InTimeAsync()).Should().Be(SubscribeOutcome.Subscribed);
        return connection;
    }

    private async Task<IEnumerable<string>> Members() => (await _broadcaster.GetMembersAsync(Chat)).Select(member => member.UserId);
}
