namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>A Redis that stood still for longer than a lease has let all leases end: nobody sweeps anybody for that.</summary>
[Trait("Category", "Slow")]
public sealed class FrozenPresenceTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(1)] // the connections are replaced meanwhile
    [InlineData(30)] // they are kept
    public async Task Redis_FrozenForLongerThanALease_NobodyLeaves(int commandTimeout)
    {
        var channel = Channel.Presence(FormattableString.Invariant($"frozen{commandTimeout}"));
        var nodes = Enumerable.Range(0, 3).Select(_ => new TestNode(redis.Server.EndPoint, configureRedis: options =>
        {
            options.CommandTimeout = TimeSpan.FromSeconds(commandTimeout);
            options.Lease = Lease;
            options.Heartbeat = TimeSpan.FromMilliseconds(600);
        })).ToArray();
        try
        {
            var connections = new List<RecordingConnection>();
            foreach (var node in nodes)
            {
                var number = connections.Count;
                var connection = node.Connect(FormattableString.Invariant($"1.{number + 1}"), FormattableString.Invariant($"user{number}"));
                await node.Broadcaster.JoinAsync(connection, channel);
                connections.Add(connection);
            }

            await connections[0].UntilAsync(frames => frames[^1].Member == "user2");
            await Task.Delay(Lease); // from now on each would sweep the others

            await redis.Server.FreezeAsync();
            await Task.Delay(2 * Lease);
            await redis.Server.ThawAsync();

            await Task.Delay(2 * Lease); // whoever would sweep has done it
            await Wait.UntilAsync(() => nodes.All(node => node.Broadcaster.IsConnected), "all are connected");
            connections.Select(connection => string.Join(' ', connection.Edges)).Should().Equal("+user1 +user2", "+user2", "");
            (await nodes[0].Broadcaster.GetMembersAsync(channel)).Should().HaveCount(3);
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }
}
