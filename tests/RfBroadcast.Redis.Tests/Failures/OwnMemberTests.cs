namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>A snapshot has the user it is for, whatever happens between the join and the snapshot.</summary>
public sealed class OwnMemberTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private static readonly Channel Room = Channel.Presence("history.room");

    [Fact]
    public async Task Subscribe_NodeSweptBetweenJoinAndSnapshot_TheSnapshotHasItsUser()
    {
        await using var proxy = new FaultyProxy(redis.Server.Port);
        await using var here = Node(proxy.EndPoint);
        await using var there = Node(redis.Server.EndPoint);
        var (ada, eve, bob) = (here.Connect("1.1", "ada"), here.Connect("1.2", "eve"), there.Connect("2.1", "bob"));
        await there.Broadcaster.JoinAsync(bob, Room);
        await here.Broadcaster.JoinAsync(eve, Room);

        // After its join it asks for the position. That stops on the way, as do the heartbeats, until another node has swept this one and this one knows.
        proxy.Before = (Convert.ToHexStringLower(RedisScripts.Read.Hash), () => eve.UntilAsync(frames => frames.Any(frame => frame is { Kind: "left", Member: "ada" })));
        await here.Broadcaster.JoinAsync(ada, Room);

        proxy.Before.Should().BeNull("that has happened");
        var snapshot = ada.Frames.Single(frame => frame.Kind == "subscribed");
        snapshot.Members.Should().Contain("ada");
        await bob.UntilAsync(frames => frames.Count(frame => frame is { Kind: "joined", Member: "ada" or "eve" }) == 4);
        bob.Edges.Where(edge => edge[1..] == "ada").Should().Equal("+ada", "-ada", "+ada");
        await ada.UntilAsync(frames => Union(frames).SetEquals(["ada", "bob", "eve"]));
        ada.Edges.Should().NotContain("+ada").And.NotContain("-ada");
    }

    private static HashSet<string> Union(IReadOnlyList<Frame> frames)
    {
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var frame in frames)
        {
            switch (frame.Kind)
            {
                case "subscribed":
                    members.UnionWith(frame.Members!); // of a presence channel
                    break;
                case "joined":
                    members.Add(frame.Member!).Should().BeTrue("nobody joins who is there"); // an edge's
                    break;
                case "left":
                    members.Remove(frame.Member!).Should().BeTrue("nobody leaves who is not there");
                    break;
            }
        }

        return members;
    }

    private static TestNode Node(string endPoint) => new(endPoint, configureRedis: options =>
    {
        options.Lease = TimeSpan.FromSeconds(1);
        options.Heartbeat = TimeSpan.FromMilliseconds(300);
        options.CommandTimeout = TimeSpan.FromSeconds(30);
    });
}
