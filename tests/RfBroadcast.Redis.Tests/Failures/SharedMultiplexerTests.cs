using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>The app's own multiplexer comes back by itself: it is not replaced, but everything that rests on it is begun anew.</summary>
public sealed class SharedMultiplexerTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private const int Rounds = 5;

    [Fact]
    public async Task Connections_OfTheAppsOwnMultiplexerKilled_NothingIsMissedAndItLivesOn()
    {
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint + ",abortConnect=false");
        await using var node = new TestNode(multiplexer);
        await using var publisher = new TestNode(redis.Server.EndPoint, configureRedis: options => options.PublishWait = TimeSpan.FromSeconds(30));
        var broadcaster = node.Broadcaster;
        var channel = Channel.Public("history.shared");
        var connection = node.Connect("1.1", "ada");
        await broadcaster.JoinAsync(connection, channel);
        await broadcaster.JoinAsync(connection, Channel.Presence("shared"));
        await publisher.Broadcaster.SayAsync(channel, 0);

        for (var round = 1; round <= Rounds; round++)
        {
            var sessions = broadcaster.Link.SessionCount;
            await redis.Server.KillClientsAsync();
            await Eventually.TrueAsync(async () => await publisher.Broadcaster.SayAsync(channel, round) is not null, "it is published");
            await connection.UntilAsync(frames => frames[^1].Data == round.ToString(CultureInfo.InvariantCulture));
            await Wait.UntilAsync(() => broadcaster.Link.SessionCount > sessions && broadcaster.IsConnected, "there is a new session");
        }

        connection.Data.Distinct(StringComparer.Ordinal).Should().Equal(Enumerable.Range(0, Rounds + 1).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        connection.Offsets.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        connection.Kinds.Should().NotContain("unsubscribed");
        connection.Edges.Should().BeEmpty();
        multiplexer.IsConnected.Should().BeTrue();
        await Eventually.TrueAsync(
            async () => (await broadcaster.GetMembersAsync(Channel.Presence("shared"))).Select(member => member.UserId).SequenceEqual(["ada"]),
            "the member is there");
    }
}
