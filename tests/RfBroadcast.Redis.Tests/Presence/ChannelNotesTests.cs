using System.Globalization;

namespace RfBroadcast.Redis.Tests.Presence;

/// <summary>What a node notes in Redis of where to sweep is as much as it has there, and never less.</summary>
public sealed class ChannelNotesTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>, IAsyncLifetime
{
    public async Task InitializeAsync() => await redis.Server.CliAsync("FLUSHALL");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Channels_ManyJoinedAndLeft_ThoseWithMembersAloneStayNoted()
    {
        const int Some = 300;
        await using var node = Node(redis.Server.EndPoint, grace: TimeSpan.FromHours(1));
        var (ada, bob, eve) = (node.Connect("1.1", "ada"), node.Connect("1.2", "bob"), node.Connect("1.3", "eve"));
        var (kept, awaited) = (Channel.Presence("kept"), Channel.Presence("awaited"));
        await node.Broadcaster.JoinAsync(ada, kept);
        await node.Broadcaster.JoinAsync(bob, awaited);
        for (var i = 0; i < Some; i++)
        {
            var channel = Channel.Presence(string.Create(CultureInfo.InvariantCulture, $"passing.{i}"));
            await node.Broadcaster.JoinAsync(eve, channel);
            await node.Broadcaster.UnsubscribeAsync("1.3", channel, UnsubscribeReason.ByApp);
        }

        await node.Broadcaster.RemoveConnectionAsync("1.2", leaveAtOnce: false); // bob is waited for

        await Eventually.TrueAsync(async () => (await NotesAsync()).SequenceEqual([awaited.WireName, kept.WireName]), "no more is noted than there is");
        node.Broadcaster.Presence.NoteCount.Should().Be(2);

        await node.Broadcaster.UnsubscribeAsync("1.1", kept, UnsubscribeReason.ByApp);
        await Eventually.TrueAsync(async () => (await NotesAsync()).SequenceEqual([awaited.WireName]), "ada's is noted no more");
        await node.StopAsync();
        (await NotesAsync()).Should().Equal([awaited.WireName], "bob is the others' to take off");
    }

    [Fact]
    public async Task Channel_JoinedAgainWhileItIsTakenOff_IsNoted()
    {
        await using var node = Node(redis.Server.EndPoint, grace: TimeSpan.Zero);
        var ada = node.Connect("1.1", "ada");
        var channel = Channel.Presence("again");
        await node.Broadcaster.JoinAsync(ada, channel);
        for (var i = 0; i < 100; i++)
        {
            await node.Broadcaster.UnsubscribeAsync("1.1", channel, UnsubscribeReason.ByApp);

            // As a heartbeat does, at the same time.
            var takingOff = Task.Run(node.Broadcaster.Presence.Resume);
            await node.Broadcaster.JoinAsync(ada, channel);
            await takingOff;
            (await NotesAsync()).Should().Contain(channel.WireName);
        }

        await Eventually.TrueAsync(async () => (await NotesAsync()).SequenceEqual([channel.WireName]), "the earlier ones have gone");
    }

    [Fact]
    public async Task TakingOff_ArrivesAfterALaterJoin_ThatOneStaysNoted()
    {
        await using var node = Node(redis.Server.EndPoint, grace: TimeSpan.Zero);
        var ada = node.Connect("1.1", "ada");
        var channel = Channel.Presence("late");
        await node.Broadcaster.JoinAsync(ada, channel);
        var key = (await redis.Server.KeysAsync("rf:node:*")).Should().ContainSingle().Subject;
        var first = await redis.Server.CliAsync("SMEMBERS", key);
        await node.Broadcaster.UnsubscribeAsync("1.1", channel, UnsubscribeReason.ByApp);
        await Eventually.TrueAsync(async () => (await NotesAsync()).Length == 0, "it was taken off");
        await node.Broadcaster.JoinAsync(ada, channel);

        await redis.Server.CliAsync("SREM", key, first); // as a connection that was given up may still do

        (await NotesAsync()).Should().Equal(channel.WireName);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Join_ArrivesAfterItsLeave_IsTakenOffAgainBeforeItsNote()
    {
        await using var proxy = new FaultyProxy(redis.Server.Port);
        await using var here = Node(proxy.EndPoint, grace: TimeSpan.Zero);
        await using var there = Node(redis.Server.EndPoint, grace: TimeSpan.Zero);
        var (ada, bob) = (here.Connect("1.1", "ada"), there.Connect("2.1", "bob"));
        var channel = Channel.Presence("ghost");
        await there.Broadcaster.JoinAsync(bob, channel);
        var goesOn = new TaskCompletionSource();
        proxy.Before = (Convert.ToHexStringLower(RedisScripts.Join.Hash), () =>
        {
            proxy.Silence(); // what that connection says after it gets lost
            return goesOn.Task;
        });
        await redis.Server.CliAsync("CONFIG", "SET", "slowlog-max-len", "100000");
        await redis.Server.CliAsync("CONFIG", "SET", "slowlog-log-slower-than", "0");

        // No answer comes, and so ada leaves in the next connection, while the join is still on its way in the first.
        await FluentActions.Awaiting(() => here.Broadcaster.JoinAsync(ada, channel)).Should().ThrowAsync<BroadcasterUnavailableException>();
        await Eventually.TrueAsync(() => WasRunAsync(RedisScripts.Leave), "ada has left");
        (await NotesAsync()).Should().Equal(channel.WireName, channel.WireName);
        goesOn.SetResult();

        // It is refused when by then the lease has ended that it was sent with.
        await Eventually.TrueAsync(() => WasRunAsync(RedisScripts.Join), "the join has come");
        await Wait.UntilAsync(() => !here.Broadcaster.Presence.HasJoins, "it is certain that nothing comes any more");
        await bob.UntilAsync(_ => bob.Edges is [] or [.., "-ada"]);
        (await there.Broadcaster.GetMembersAsync(channel)).Select(member => member.UserId).Should().Equal("bob");
        await Eventually.TrueAsync(async () => (await NotesAsync()).Length == 1, "its note has gone then");
    }

    private async Task<bool> WasRunAsync(RedisScript script) =>
        (await redis.Server.CliAsync("SLOWLOG", "GET", "-1")).Contains(Convert.ToHexStringLower(script.Hash), StringComparison.Ordinal);

    /// <summary>What all nodes have noted.</summary>
    private async Task<string[]> NotesAsync()
    {
        var names = new List<string>();
        foreach (var key in await redis.Server.KeysAsync("rf:node:*"))
        {
            names.AddRange((await redis.Server.CliAsync("SMEMBERS", key)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return [.. names.Select(name => ChannelNote.Parse(name)!.WireName).Order(StringComparer.Ordinal)]; // they are notes
    }

    private static TestNode Node(string endPoint, TimeSpan grace) => new(
        endPoint,
        options => options.PresenceGrace = grace,
        options =>
        {
            options.Heartbeat = TimeSpan.FromMilliseconds(300);
            options.CommandTimeout = TimeSpan.FromSeconds(1);
        });
}
