using System.Globalization;

namespace RfBroadcast.Redis.Tests.Receiving;

/// <summary>The client library may call back in any order; what clients see is in the order of Redis.</summary>
public sealed class ReorderTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private const int Messages = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Callbacks_WithHistoryInAnyOrder_DoNotReorder(int seed)
    {
        var channel = Channel.Public($"history.shuffled{seed}");
        await using var node = new TestNode(redis.Server.EndPoint);
        await using var silent = await SilentPublisher.StartAsync(redis.Server.EndPoint, channel);
        var connection = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(connection, channel);
        for (var i = 0; i < Messages; i++)
        {
            await silent.PublishAsync(i);
        }

        await Wait.UntilAsync(() => silent.Envelopes.Count == Messages, "all envelopes are there");
        Receive(node, channel, Shuffled(silent.Envelopes, seed));

        await connection.UntilEventsAsync(Messages);
        connection.Data.Should().Equal(Enumerable.Range(0, Messages).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        connection.Offsets.Should().Equal(Enumerable.Range(1, Messages).Select(i => (long)i));
    }

    private static byte[][] Shuffled(IReadOnlyList<byte[]> envelopes, int seed)
    {
        var shuffled = envelopes.ToArray();
        new Random(seed).Shuffle(shuffled);
        return shuffled;
    }

    private static void Receive(TestNode node, Channel channel, byte[][] envelopes)
    {
        var feed = node.Broadcaster.Feeds.Find(channel)!; // it has a subscriber
        var session = node.Broadcaster.Link.Session!; // and is connected
        foreach (var envelope in envelopes)
        {
            feed.Receive(session, envelope);
        }
    }
}
