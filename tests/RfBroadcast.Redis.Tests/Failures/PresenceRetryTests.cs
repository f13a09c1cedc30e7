namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>What could not be written of presence, or is no longer there, is written again while the connection lives on.</summary>
public sealed class PresenceRetryTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    [Fact]
    public async Task Leave_Refused_IsTriedAgainWithTheNextHeartbeat()
    {
        var channel = Channel.Presence("refused");
        await using var node = Node();
        await using var other = Node();
        var ada = other.Connect("2.1", "ada");
        var bob = node.Connect("1.1", "bob");
        await other.Broadcaster.JoinAsync(ada, channel);
        await node.Broadcaster.JoinAsync(bob, channel);
        await ada.UntilAsync(frames => frames[^1].Member == "bob");
        var sessions = node.Broadcaster.Link.SessionCount;

        await redis.Server.CliAsync("ACL", "SETUSER", "default", "resetkeys", "~rf:nodes", "~rf:node:*");
        await node.Broadcaster.UnsubscribeAsync("1.1", channel, UnsubscribeReason.ByApp);
        node.Broadcaster.Presence.HasJoins.Should().BeTrue("the leave is still to be written");
        await redis.Server.CliAsync("ACL", "SETUSER", "default", "~*");

        await ada.UntilAsync(frames => frames[^1].Kind == "left");
        ada.Edges.Should().Equal("+bob", "-bob");
        node.Broadcaster.Link.SessionCount.Should().Be(sessions);
    }

    [Fact]
    public async Task ListOfTheNodesChannels_Lost_IsWrittenAgain()
    {
        await redis.Server.CliAsync("FLUSHALL");
        var channel = Channel.Presence("listed");
        await using var node = Node();
        await node.Broadcaster.JoinAsync(node.Connect("1.1", "ada"), channel);
        var key = (await redis.Server.KeysAsync("rf:node:*")).Should().ContainSingle().Subject;

        await redis.Server.CliAsync("DEL", key);

        await Eventually.TrueAsync(async () => ChannelNote.Parse(await redis.Server.CliAsync("SMEMBERS", key)) == channel, "it is known where to sweep");
    }

    private TestNode Node() => new(redis.Server.EndPoint, configureRedis: options => options.Heartbeat = TimeSpan.FromMilliseconds(300));
}
