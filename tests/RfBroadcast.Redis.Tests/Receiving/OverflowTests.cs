using System.Globalization;
using RfBroadcast.RedisNode;

namespace RfBroadcast.Redis.Tests.Receiving;

/// <summary>Between Redis and the hub there is a bound. What goes over it is counted; with history it is read again, without it is lost.</summary>
public sealed class OverflowTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private const int Messages = 400;
    private const long Bound = 1024 * 1024;

    private static readonly string Filling = new('x', 10_000);

    [Fact]
    public async Task Overflow_WithHistory_IsCountedAndReadAgain()
    {
        var channel = Channel.Public("kept.much");
        await using var publisher = Node();
        await using var node = Node();
        using var figures = new Figures();
        var connection = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(connection, channel);

        await OverflowAsync(publisher, node, connection, channel, figures);

        await connection.UntilEventsAsync(Messages); // with no further message to show what is missing
        connection.Data.Select(Number).Should().Equal(Enumerable.Range(0, Messages));
        connection.Kinds.Should().NotContain("unsubscribed");
        await Wait.UntilAsync(() => node.Broadcaster.Feeds.Services.Budget.Used == 0, "everything was given back");
    }

    [Fact]
    public async Task Overflow_WithoutHistory_IsCountedAndWhatFitsArrivesInOrder()
    {
        var channel = Channel.Public("plain.much");
        await using var publisher = Node();
        await using var node = Node();
        using var figures = new Figures();
        var connection = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(connection, channel);

        await OverflowAsync(publisher, node, connection, channel, figures);

        // The client may hand one over late: without room for those after it to wait, it counts as lost.
        await Wait.UntilAsync(() => connection.Events.Count + Overflows(figures) + Lost(figures) == Messages, "what was not dropped has arrived");
        connection.Data.Select(Number).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        await publisher.Broadcaster.SayAsync(channel, Filling + Messages);
        await connection.UntilAsync(frames => Number(frames[^1].Data) == Messages);
        node.Broadcaster.Feeds.Services.Budget.Used.Should().Be(0);
    }

    private static double Overflows(Figures figures) => figures.All().GetValueOrDefault(RedisBroadcastTelemetry.Overflows);

    private static double Lost(Figures figures) => figures.All().GetValueOrDefault(RedisBroadcastTelemetry.Lost);

    /// <summary>Publishes while the connection takes nothing, until there is no room; then lets it go on.</summary>
    private static async Task OverflowAsync(TestNode publisher, TestNode node, RecordingConnection connection, Channel channel, Figures figures)
    {
        using var blocker = new Blocker(connection);
        for (var i = 0; i < Messages; i++)
        {
            await publisher.Broadcaster.SayAsync(channel, Filling + i.ToString(CultureInfo.InvariantCulture));
        }

        await blocker.Blocked.InTimeAsync();
        await Wait.UntilAsync(() => Overflows(figures) > 0, "messages were dropped for want of room");
        node.Broadcaster.Feeds.Services.Budget.Used.Should().BeInRange(1, Bound);
    }

    private static int Number(string? data) => int.Parse(data!.Trim('"').TrimStart('x'), CultureInfo.InvariantCulture); // every event has data

    private TestNode Node() => new(
        redis.Server.EndPoint,
        options => options.Channels.For("kept.{**rest}", settings => settings.KeepHistory(10_000, TimeSpan.FromMinutes(5))),
        options => options.ReceiveBytes = Bound);
}
