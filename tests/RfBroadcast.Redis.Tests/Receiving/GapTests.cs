using System.Globalization;

namespace RfBroadcast.Redis.Tests.Receiving;

/// <summary>What is missing on a channel with history is noticed and filled in, or the clients concerned are told.</summary>
public sealed class GapTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private const int Some = 300;

    [Fact]
    public async Task Push_Lost_IsFilledInWhenTheNextOneComes()
    {
        var channel = Channel.Public("history.lost");
        await using var node = new TestNode(redis.Server.EndPoint);
        await using var silent = await SilentPublisher.StartAsync(redis.Server.EndPoint, channel);
        var connection = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(connection, channel);

        await node.Broadcaster.SayAsync(channel, 0);
        for (var i = 1; i < 4; i++)
        {
            await silent.PublishAsync(i);
        }

        await node.Broadcaster.SayAsync(channel, 4);

        await connection.UntilEventsAsync(5);
        connection.Data.Should().Equal("0", "1", "2", "3", "4");
        connection.Offsets.Should().Equal(1, 2, 3, 4, 5);
    }

    [Fact]
    public async Task Push_LostAndNothingAfterIt_IsFoundByComparing()
    {
        var channel = Channel.Public("history.last");
        await using var node = new TestNode(redis.Server.EndPoint, configureRedis: options => options.KeyLifetime = TimeSpan.FromSeconds(2));
        await using var silent = await SilentPublisher.StartAsync(redis.Server.EndPoint, channel);
        var connection = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(connection, channel);

        await silent.PublishAsync(0);

        await connection.UntilEventsAsync(1);
        connection.Data.Should().Equal("0");
    }

    [Fact]
    public async Task Push_LostAndNoLongerInTheHistory_ItsClientsAloneAreTold()
    {
        var channel = Channel.Public("short.gone");
        var other = Channel.Public("short.other");
        await using var node = new TestNode(
            redis.Server.EndPoint,
            options => options.Channels.For("short.{**rest}", settings => settings.KeepHistory(5, TimeSpan.FromMinutes(5))));
        await using var silent = await SilentPublisher.StartAsync(redis.Server.EndPoint, channel, historySize: 5);
        var connection = node.Connect("1.1");
        var elsewhere = node.Connect("1.2");
        await node.Broadcaster.JoinAsync(connection, channel);
        await node.Broadcaster.JoinAsync(elsewhere, other);
        var known = (await node.Broadcaster.SayAsync(channel, 0)).Position;
        await connection.UntilEventsAsync(1);
        for (var i = 1; i < 10; i++)
        {
            await silent.PublishAsync(i);
        }

        await node.Broadcaster.SayAsync(channel, 10);

        await connection.UntilAsync(frames => frames.Any(frame => frame.Kind == "unsubscribed"));
        connection.Frames[^1].Code.Should().Be(UnsubscribeReason.Gap.Code);
        connection.Data.Should().Equal("0");

        await node.Broadcaster.JoinAsync(connection, channel, since: known);
        var answer = connection.Frames.Last(frame => frame.Kind == "subscribed");
        answer.Recovered.Should().BeFalse();
        answer.Failure.Should().Be(RecoveryFailure.Expired);
        await node.Broadcaster.SayAsync(channel, 11);
        await node.Broadcaster.SayAsync(other, 0);
        await connection.UntilEventsAsync(2);
        await elsewhere.UntilEventsAsync(1);
        connection.Data.Should().Equal("0", "11");
        elsewhere.Kinds.Should().NotContain("unsubscribed");
    }

    [Fact]
    public async Task Feed_AskedForInAnEarlierSession_StaysInTheLaterOne()
    {
        var channel = Channel.Public("history.later");
        await using var node = new TestNode(redis.Server.EndPoint);
        await using var publisher = new TestNode(redis.Server.EndPoint, configureRedis: options => options.PublishWait = TimeSpan.FromSeconds(30));
        var connection = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(connection, channel);
        var earlier = node.Broadcaster.Link.Session!; // it is connected
        await redis.Server.KillClientsAsync();
        await Wait.UntilAsync(() => node.Broadcaster.Link.Session is { } later && later != earlier, "there is a new session");

        try
        {
            await node.Broadcaster.Feeds.Find(channel)!.OpenAsync(earlier); // by somebody who was slow
        }
        catch (BroadcasterUnavailableException)
        {
            // The later session, in which it was being opened, was among the killed ones, too: there is another.
        }

        await Eventually.TrueAsync(async () => await publisher.Broadcaster.SayAsync(channel, 0) is not null, "it is published");
        await connection.UntilEventsAsync(1);
    }

    [Fact]
    public async Task Connections_KilledWhilePublishing_EveryMessageOnceAndInOrder()
    {
        var channel = Channel.Public("kept.killed");
        static void Keep(BroadcastOptions options) =>
            options.Channels.For("kept.{**rest}", settings => settings.KeepHistory(10_000, TimeSpan.FromMinutes(5)));
        await using var a = new TestNode(redis.Server.EndPoint, Keep);
        await using var b = new TestNode(redis.Server.EndPoint, Keep);
        var connection = b.Connect("1.1");
        await b.Broadcaster.JoinAsync(connection, channel);

        for (var i = 0; i < Some; i++)
        {
            if (i % (Some / 6) == 10)
            {
                await redis.Server.CliAsync("CLIENT", "KILL", "TYPE", i % 100 < 50 ? "pubsub" : "normal", "SKIPME", "yes");
            }

            await PublishOnceAsync(a.Broadcaster, channel, i);
        }

        await connection.UntilEventsAsync(Some);
        connection.Data.Should().Equal(Enumerable.Range(0, Some).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        connection.Offsets.Should().Equal(Enumerable.Range(1, Some).Select(i => (long)i));
        connection.Kinds.Should().NotContain("unsubscribed");
    }

    /// <summary>Publishes under a key until it is known to be accepted.</summary>
    private static async Task PublishOnceAsync(RedisBroadcaster broadcaster, Channel channel, int number)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await broadcaster.BroadcastAsync(new BroadcastRequest
                {
                    Event = new SimpleEvent("e", number, channel),
                    IdempotencyKey = number.ToString(CultureInfo.InvariantCulture),
                }).InTimeAsync();
                return;
            }
            catch (BroadcasterUnavailableException) when (attempt < 1000)
            {
                await Task.Delay(10);
            }
        }
    }
}
