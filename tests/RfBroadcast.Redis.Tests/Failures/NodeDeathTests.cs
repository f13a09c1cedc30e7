using System.Diagnostics;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>What the others see of a node that dies, sleeps, or stops: every member that it alone had leaves once, and nobody else.</summary>
public sealed class NodeDeathTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private static readonly string[] ShortLease =
        ["Broadcasting:Redis:Lease=00:00:02", "Broadcasting:Redis:Heartbeat=00:00:00.6", "Broadcasting:PresenceGrace=00:00:00.3"];

    // So long that whatever happens in a test, it is not for a lease that has ended.
    private static readonly string[] LongLease =
        ["Broadcasting:Redis:Lease=00:05:00", "Broadcasting:Redis:Heartbeat=00:00:00.6", "Broadcasting:PresenceGrace=00:00:00.3"];

    private static readonly TimeSpan TwoLeases = TimeSpan.FromSeconds(4);

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Node_Killed_ItsMembersLeaveOnceOnAllOthers()
    {
        await using var room = await Room.OpenAsync(redis.Server, "presence-killed", ShortLease);

        await room.Third.KillAsync();

        await room.UntilGhostLeftAsync();
        await UntilNodesAsync(2);
        await Task.Delay(TwoLeases); // whoever would sweep once more has done it
        room.ExpectGhostLeftOnce();
        await room.ExpectMembersAsync("ada", "bob", "both");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Node_KilledWithTheDefaultLease_ItsMembersLeaveWithinTwiceThat()
    {
        await using var room = await Room.OpenAsync(redis.Server, "presence-default");

        await room.Third.KillAsync();

        var killed = Stopwatch.GetTimestamp();
        await room.UntilGhostLeftAsync();
        Stopwatch.GetElapsedTime(killed).Should().BeLessThan(2 * new RedisBroadcastOptions().Lease);
        room.ExpectGhostLeftOnce();
        await UntilNodesAsync(2);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Node_AsleepForLongerThanItsLease_LeavesOnceAndJoinsAgain()
    {
        await using var room = await Room.OpenAsync(redis.Server, "presence-asleep", ShortLease);

        await room.Third.FreezeAsync();
        await room.UntilGhostLeftAsync();
        await room.Third.ThawAsync();

        await room.Ada.UntilAsync(client => client.Edges()[^1] == "+ghost", "ada sees the ghost again");
        await room.Bob.UntilAsync(client => client.Edges()[^1] == "+ghost", "bob sees the ghost again");
        await UntilNodesAsync(3);
        await Task.Delay(TwoLeases);
        room.Ada.Edges().Should().Equal("+bob", "+ghost", "+both", "-ghost", "+ghost");
        room.Bob.Edges().Should().Equal("+ghost", "+both", "-ghost", "+ghost");
        room.Ghost.IsOpen.Should().BeTrue();
        await room.ExpectMembersAsync("ada", "bob", "both", "ghost");
        (await room.Third.MembersAsync(room.Channel)).Should().BeEquivalentTo("ada", "bob", "both", "ghost");

        using var eve = await room.Third.ConnectAsync("eve");
        await eve.SubscribeAsync(room.Channel);
        eve.Members().Should().Equal("ada", "bob", "both", "eve", "ghost");
        await room.Ghost.UntilAsync(client => client.Members().SequenceEqual(eve.Members()), "the node that slept has told its own clients the truth");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Node_Stopped_ItsMembersLeaveOnceAndPromptly()
    {
        await using var room = await Room.OpenAsync(redis.Server, "presence-stopped", LongLease);

        await room.Third.StopAsync();

        (await room.Ghost.ClosedAsync()).Code.Should().Be(1001);
        await room.UntilGhostLeftAsync(); // long before its lease would have ended
        await UntilNodesAsync(2);
        await Task.Delay(TwoLeases);
        room.ExpectGhostLeftOnce();
        await room.ExpectMembersAsync("ada", "bob", "both");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Node_StoppedAndItsUserComesToAnother_NobodyLeaves()
    {
        await using var room = await Room.OpenAsync(redis.Server, "presence-moved", [.. LongLease[..2], "Broadcasting:PresenceGrace=00:00:10"]);

        await room.Third.StopAsync();
        using var again = await room.First.ConnectAsync("ghost");
        await again.SubscribeAsync(room.Channel);

        await UntilNodesAsync(2); // swept, when the grace was over
        room.Ada.Edges().Should().Equal("+bob", "+ghost", "+both");
        room.Bob.Edges().Should().Equal("+ghost", "+both");
        await room.ExpectMembersAsync("ada", "bob", "both", "ghost");
    }

    private Task UntilNodesAsync(int count) => Eventually.TrueAsync(
        async () => await redis.Server.CliAsync("ZCARD", "rf:nodes") == count.ToString(System.Globalization.CultureInfo.InvariantCulture),
        $"there are {count} nodes");

    /// <summary>Three nodes; ada on the first, bob on the second, ghost on the third, and both on the third and the second.</summary>
    private sealed class Room : IAsyncDisposable
    {
        private readonly List<WireClient> _clients = [];

        private Room(string channel, NodeProcess[] nodes)
        {
            Channel = channel;
            (First, Second, Third) = (nodes[0], nodes[1], nodes[2]);
        }

        public string Channel { get; }

        public NodeProcess First { get; }

        public NodeProcess Second { get; }

        public NodeProcess Third { get; }

        public WireClient Ada => _clients[0];

        public WireClient Bob => _clients[1];

        public WireClient Ghost => _clients[2];

        public static async Task<Room> OpenAsync(RedisServer redis, string channel, params string[] settings)
        {
            await redis.CliAsync("FLUSHALL");
            var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => NodeProcess.StartNewAsync(redis.EndPoint, settings)));
            var room = new Room(channel, nodes);
            await room.EnterAsync(room.First, "ada");
            await room.EnterAsync(room.Second, "bob");
            await room.EnterAsync(room.Third, "ghost");
            await room.EnterAsync(room.Third, "both");
            await room.EnterAsync(room.Second, "both");
            await room.Ada.UntilAsync(client => client.Edges().Count == 3, "ada sees all");
            await room.Bob.UntilAsync(client => client.Edges().Count == 2, "bob sees all");
            return room;
        }

        public async Task UntilGhostLeftAsync()
        {
            await Ada.UntilAsync(client => client.Edges()[^1] == "-ghost", "ada sees that the ghost has left");
            await Bob.UntilAsync(client => client.Edges()[^1] == "-ghost", "bob sees that the ghost has left");
        }

        public void ExpectGhostLeftOnce()
        {
            Ada.Edges().Should().Equal("+bob", "+ghost", "+both", "-ghost");
            Bob.Edges().Should().Equal("+ghost", "+both", "-ghost");
        }

        /// <summary>These and no others, as Redis has it and as both clients have seen it.</summary>
        public async Task ExpectMembersAsync(params string[] members)
        {
            (await First.MembersAsync(Channel)).Should().BeEquivalentTo(members);
            (await Second.MembersAsync(Channel)).Should().BeEquivalentTo(members);
            Ada.Members().Should().Equal(members);
            Bob.Members().Should().Equal(members);
        }

        public async ValueTask DisposeAsync()
        {
            _clients.ForEach(client => client.Dispose());
            await First.DisposeAsync();
            await Second.DisposeAsync();
            await Third.DisposeAsync();
        }

        private async Task EnterAsync(NodeProcess node, string user)
        {
            var client = await node.ConnectAsync(user);
            _clients.Add(client);
            await client.SubscribeAsync(Channel);
        }
    }
}
