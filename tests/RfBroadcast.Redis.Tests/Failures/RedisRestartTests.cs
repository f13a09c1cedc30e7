using System.Globalization;

namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>A Redis that was restarted, with its data or without: what the nodes had there is there again, and clients are told what they may have missed.</summary>
public sealed class RedisRestartTests : IAsyncLifetime
{
    private static readonly Channel Room = Channel.Presence("room");
    private static readonly Channel History = Channel.Public("history.x");
    private static readonly Channel News = Channel.Public("news");

    private RedisServer _redis = null!;
    private TestNode _one = null!;
    private TestNode _two = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartNewAsync();
        _one = Node();
        _two = Node();
        _one.Broadcaster.Start();
        _two.Broadcaster.Start();
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Redis_Restarted_StateIsThereAgainAndTheNewEpochIsTold(bool withData)
    {
        var ada = _one.Connect("1.1", "ada");
        var bob = _two.Connect("2.1", "bob");
        foreach (var channel in new[] { Room, History, News })
        {
            await _one.Broadcaster.JoinAsync(ada, channel);
            await _two.Broadcaster.JoinAsync(bob, channel);
        }

        var known = (await _one.Broadcaster.SayAsync(History, 0)).Position!.Value;
        await ada.UntilEventsAsync(1);
        await bob.UntilEventsAsync(1);

        await RestartAsync(withData);

        // History: what came since is not certain to be there, so the clients are told, and begin anew in the new epoch.
        await ada.UntilAsync(frames => frames.Any(frame => frame.Kind == "unsubscribed"));
        await bob.UntilAsync(frames => frames.Any(frame => frame.Kind == "unsubscribed"));
        foreach (var connection in new[] { ada, bob })
        {
            var told = connection.Frames.Single(frame => frame.Kind == "unsubscribed");
            (told.Channel, told.Code).Should().Be((History.WireName, UnsubscribeReason.Gap.Code));
        }

        await _one.Broadcaster.JoinAsync(ada, History, since: known);
        ada.Frames[^1].Recovered.Should().BeFalse();
        ada.Frames[^1].Failure.Should().Be(RecoveryFailure.Epoch);
        var next = (await _two.Broadcaster.SayAsync(History, 1)).Position!.Value;
        next.Epoch.Should().NotBe(known.Epoch);
        next.Offset.Should().Be(withData ? known.Offset + 1 : 1);
        await ada.UntilEventsAsync(2);

        // Without history nothing is to be told; it goes on.
        await _one.Broadcaster.SayAsync(News, 2);
        await ada.UntilEventsAsync(3);
        await bob.UntilEventsAsync(2);

        // Presence: leases and joins are written again, and nobody was seen to go.
        await UntilMembersAsync("ada", "bob");
        await Eventually.TrueAsync(async () => await _redis.CliAsync("ZCOUNT", "rf:nodes", "0", "+inf") == "2", "both nodes have their leases");
        ada.Edges.Should().Equal("+bob");
        bob.Edges.Should().BeEmpty();
        await _two.Broadcaster.UnsubscribeAsync("2.1", Room, UnsubscribeReason.ByApp);
        await ada.UntilAsync(frames => frames[^1].Kind == "left");
        await UntilMembersAsync("ada");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Redis_RestartedWithoutItsDataAndAMemberGone_ItLeavesOnce()
    {
        await using var node = new TestNode(_redis.EndPoint, configureRedis: ShortLease);
        var ada = node.Connect("1.1", "ada");
        var ghost = _two.Connect("2.1", "ghost");
        await node.Broadcaster.JoinAsync(ada, Room);
        await _two.Broadcaster.JoinAsync(ghost, Room);
        await ada.UntilAsync(frames => frames[^1].Kind == "joined");

        await _redis.KillAsync();
        await _two.DisposeAsync(); // it cannot tell anybody, and never comes back
        await _redis.StartAsync(withData: false);

        await ada.UntilAsync(frames => frames[^1].Kind == "left");
        ada.Edges.Should().Equal("+ghost", "-ghost");
    }

    [Fact]
    public async Task Redis_RestartedWithManyChannels_AllWorkAgain()
    {
        const int channels = 2_000;
        for (var i = 0; i < channels; i++)
        {
            var connection = _one.Connect(FormattableString.Invariant($"1.{i + 1}"));
            await _one.Broadcaster.JoinAsync(connection, Name(i));
        }

        await RestartAsync(withData: false);

        // One of two has history: its clients come back, as a browser's would.
        await Wait.UntilAsync(() => Ended() == channels / 2, "the clients of all histories were told");
        for (var i = 0; i < channels; i += 2)
        {
            await _one.Broadcaster.JoinAsync(Connection(i), Name(i));
        }

        for (var i = 0; i < channels; i++)
        {
            await _two.Broadcaster.SayAsync(Name(i), i);
        }

        for (var i = 0; i < channels; i++)
        {
            await Connection(i).UntilEventsAsync(1);
            Connection(i).Data.Should().Equal(i.ToString(CultureInfo.InvariantCulture));
        }

        static Channel Name(int number) => Channel.Public(FormattableString.Invariant($"{(number % 2 == 0 ? "history" : "plain")}.{number}"));
        RecordingConnection Connection(int number) => (RecordingConnection)_one.Hub.FindConnection(FormattableString.Invariant($"1.{number + 1}"))!;
        int Ended() => Enumerable.Range(0, channels).Count(i => Connection(i).Kinds.Contains("unsubscribed"));
    }

    private TestNode Node() => new(_redis.EndPoint);

    private static void ShortLease(RedisBroadcastOptions options)
    {
        options.Lease = TimeSpan.FromSeconds(2);
        options.Heartbeat = TimeSpan.FromMilliseconds(600);
    }

    private async Task RestartAsync(bool withData)
    {
        await _redis.KillAsync();
        await Wait.UntilAsync(() => !_one.Broadcaster.IsConnected && !_two.Broadcaster.IsConnected, "it is noticed");
        await _redis.StartAsync(withData);
        await Wait.UntilAsync(() => _one.Broadcaster.IsConnected && _two.Broadcaster.IsConnected, "both nodes are connected again");
    }

    private Task UntilMembersAsync(params string[] users) => Eventually.TrueAsync(
        async () => (await _one.Broadcaster.GetMembersAsync(Room)).Select(member => member.UserId).Order(StringComparer.Ordinal).SequenceEqual(users),
        "the members in Redis are " + string.Join(", ", users));
}
