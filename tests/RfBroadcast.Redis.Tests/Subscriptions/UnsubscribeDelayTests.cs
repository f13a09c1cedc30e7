using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.Testing;

namespace RfBroadcast.Redis.Tests.Subscriptions;

/// <summary>A node listens in Redis to what it has subscribers for: from the first to a while after the last, and to nothing else.</summary>
public sealed class UnsubscribeDelayTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    public static TheoryData<string> Races => [.. BroadcasterSuite.Cases.Select(one => one.Name).Where(name => name.StartsWith("Race.", StringComparison.Ordinal))];

    [Theory]
    [InlineData("news")]
    [InlineData("history.news")]
    [InlineData("presence-news")]
    public async Task Channel_FirstComesAndLastGoes_IsListenedToInBetween(string name)
    {
        var channel = Channel.Parse(name);
        await using var node = Node(TimeSpan.FromMilliseconds(100));
        await using var other = Node(TimeSpan.FromMilliseconds(100));
        foreach (var id in (string[])["1.1", "1.2"])
        {
            await node.Broadcaster.JoinAsync(node.Connect(id, "ada"), channel);
        }

        await other.Broadcaster.SayAsync(channel, 1); // publishing is no subscribing
        (await ListenersAsync(name)).Should().Be("1");
        await node.Broadcaster.UnsubscribeAsync("1.1", channel);
        node.Broadcaster.Feeds.Find(channel)!.IsIdle.Should().BeFalse("one is still there");

        await node.Broadcaster.RemoveConnectionAsync("1.2", leaveAtOnce: true);

        await Eventually.TrueAsync(async () => await ListenersAsync(name) == "0", "nobody listens");
        await Wait.UntilAsync(() => node.Broadcaster.Feeds.Count == 0, "nothing is left of it on the node");
    }

    [Fact]
    public async Task Channel_SomebodyComesWithinTheDelay_StaysListenedTo()
    {
        var channel = Channel.Public("history.reload");
        await using var node = Node(TimeSpan.FromHours(1));
        await node.Broadcaster.JoinAsync(node.Connect("1.1"), channel);
        var feed = node.Broadcaster.Feeds.Find(channel);
        await node.Broadcaster.UnsubscribeAsync("1.1", channel);
        (await ListenersAsync(channel.WireName)).Should().Be("1", "a page that is reloaded comes back soon");
        var client = node.Connect("1.2");

        await node.Broadcaster.JoinAsync(client, channel);

        node.Broadcaster.Feeds.Find(channel).Should().BeSameAs(feed);
        await node.Broadcaster.SayAsync(channel, 1);
        await client.UntilEventsAsync(1);
    }

    [Fact]
    public async Task Channel_SomebodyIsSubscribingWhenTheDelayEnds_StaysListenedTo()
    {
        var channel = Channel.Public("news.held");
        await using var node = Node(TimeSpan.FromMilliseconds(50));
        await node.Broadcaster.JoinAsync(node.Connect("1.1"), channel);
        await node.Broadcaster.UnsubscribeAsync("1.1", channel); // from here on it closes soon

        var feed = await node.Broadcaster.Feeds.HoldAsync(channel, node.Broadcaster.Link.Session!); // there is one: somebody was subscribed
        await Task.Delay(TimeSpan.FromMilliseconds(500)); // the end of the delay has passed, or the machine is slow and nothing is shown

        (await ListenersAsync(channel.WireName)).Should().Be("1", "who is subscribing would hear nothing");
        node.Broadcaster.Feeds.Release(feed);
        await Eventually.TrueAsync(async () => await ListenersAsync(channel.WireName) == "0", "now nobody needs it");
    }

    /// <summary>With the usual delay a channel never closes while a case runs; without one it does after each that is the last.</summary>
    [Theory]
    [MemberData(nameof(Races))]
    public Task Channel_ClosesAtOnce_TheRacesOfTheSuiteEndTheSame(string name) => BroadcasterSuite.RunAsync(
        name,
        new BroadcasterCluster(builder => builder.UseRedis(options => (options.ConnectionString, options.UnsubscribeDelay) = (redis.Server.EndPoint, TimeSpan.Zero))) { HasManyNodes = true });

    private async Task<string> ListenersAsync(string channel) => (await redis.Server.CliAsync("PUBSUB", "NUMSUB", "rf:msg:" + channel)).Split('\n')[^1].Trim();

    private TestNode Node(TimeSpan delay) => new(redis.Server.EndPoint, configureRedis: options => options.UnsubscribeDelay = delay);
}
