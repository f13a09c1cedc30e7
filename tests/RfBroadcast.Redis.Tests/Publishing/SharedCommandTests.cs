using System.Globalization;
using System.Text.RegularExpressions;

namespace RfBroadcast.Redis.Tests.Publishing;

/// <summary>Publishes of many channels at once, which share commands, against a real server.</summary>
public sealed partial class SharedCommandTests
{
    private const int Channels = 50;
    private const int Each = 20;

    [Theory]
    [InlineData("room.")]
    [InlineData("history.room.")]
    public async Task Publishes_OnManyChannelsAtOnce_ShareCallsAndKeepEachChannelsOrder(string prefix)
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var here = new TestNode(redis.EndPoint);
        await using var there = new TestNode(redis.EndPoint);
        var channels = Enumerable.Range(0, Channels).Select(number => Channel.Public(string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}"))).ToArray();
        var readers = new RecordingConnection[Channels];
        for (var i = 0; i < Channels; i++)
        {
            readers[i] = there.Connect(string.Create(CultureInfo.InvariantCulture, $"1.{i}"));
            await there.Broadcaster.JoinAsync(readers[i], channels[i]);
        }

        await here.Broadcaster.SayAsync(Channel.Public("elsewhere"), 0); // it is connected
        var publishes = new List<Task<BroadcastReceipt>>();
        for (var number = 0; number < Each; number++)
        {
            publishes.AddRange(channels.Select(channel => here.Broadcaster.BroadcastAsync(new SimpleEvent("said", number, channel)).AsTask()));
        }

        var receipts = await Task.WhenAll(publishes).InTimeAsync();

        receipts.Select(receipt => receipt.Channels.Single().Channel).Should().Equal(Enumerable.Repeat(channels, Each).SelectMany(all => all));
        var offsets = Enumerable.Range(1, Each).SelectMany(offset => Enumerable.Repeat(prefix == "room." ? (long?)null : offset, Channels));
        receipts.Select(receipt => receipt.Channels[0].Position?.Offset).Should().Equal(offsets);
        foreach (var reader in readers)
        {
            await reader.UntilEventsAsync(Each);
            reader.Data.Should().Equal(Enumerable.Range(0, Each).Select(number => number.ToString(CultureInfo.InvariantCulture)));
        }

        var calls = Calls().Match(await redis.CliAsync("INFO", "commandstats"));
        calls.Success.Should().BeTrue("several channels share a script call");
        int.Parse(calls.Groups["calls"].Value, CultureInfo.InvariantCulture).Should().BeLessThan(Channels * Each / 4);
    }

    [Fact]
    public async Task Publish_OnAChannelThatTheUserMayNotUse_FailsAloneAndSaysSo()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var node = new TestNode(redis.EndPoint);
        await node.Broadcaster.SayAsync(Channel.Public("elsewhere"), 0);

        // With the client's own channel: who listens to what it may not is thrown out.
        await redis.CliAsync("ACL", "SETUSER", "default", "resetchannels", "&rf:msg:allowed.*", "&rf:msg:elsewhere", "&rf:control*", "&__Booksleeve_MasterChanged");
        var (allowed, refused) = (Channel.Public("allowed.x"), Channel.Public("refused.x"));

        var publishes = Enumerable.Range(0, 40)
            .Select(number => node.Broadcaster.BroadcastAsync(new SimpleEvent("said", number, number % 2 == 0 ? allowed : refused)).AsTask())
            .ToArray();
        await Task.WhenAll(publishes.Select(publish => publish.ContinueWith(static _ => { }, TaskScheduler.Default))).InTimeAsync();

        for (var number = 0; number < publishes.Length; number++)
        {
            if (number % 2 == 0)
            {
                publishes[number].IsCompletedSuccessfully.Should().BeTrue();
            }
            else
            {
                var fault = publishes[number].Exception!.InnerException.Should().BeOfType<BroadcasterUnavailableException>().Subject;
                fault.MayHaveBeenSent.Should().BeFalse();
                fault.Message.Should().Contain("Broadcasting:Redis").And.Contain("channel");
            }
        }
    }

    [Fact]
    public async Task Publish_OnAChannelWhoseKeysAreNotWhatTheyShouldBe_FailsAloneAndSaysSo()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var node = new TestNode(redis.EndPoint);
        await node.Broadcaster.SayAsync(Channel.Public("elsewhere"), 0);
        await redis.CliAsync("SET", "rf:meta:{history.broken}", "not a hash");
        var (sound, broken) = (Channel.Public("history.sound"), Channel.Public("history.broken"));

        var publishes = Enumerable.Range(0, 40)
            .Select(number => node.Broadcaster.BroadcastAsync(new SimpleEvent("said", number, number % 2 == 0 ? sound : broken)).AsTask())
            .ToArray();
        await Task.WhenAll(publishes.Select(publish => publish.ContinueWith(static _ => { }, TaskScheduler.Default))).InTimeAsync();

        for (var number = 0; number < publishes.Length; number += 2)
        {
            (await publishes[number]).Channels[0].Position!.Value.Offset.Should().Be((number / 2) + 1);
            var fault = publishes[number + 1].Exception!.InnerException.Should().BeOfType<BroadcasterUnavailableException>().Subject;
            fault.MayHaveBeenSent.Should().BeFalse();
            fault.Message.Should().Contain("WRONGTYPE");
        }
    }

    [Fact]
    public async Task Publishes_WithIdempotencyKeysAmongOthers_AppearOnceInOrder()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var node = new TestNode(redis.EndPoint);
        await node.Broadcaster.SayAsync(Channel.Public("elsewhere"), 0);
        var channels = (Channel[])[Channel.Public("history.a"), Channel.Public("history.b"), Channel.Public("history.c")];
        foreach (var _ in (int[])[1, 2])
        {
            var publishes = Enumerable.Range(0, 30).Select(number => node.Broadcaster.BroadcastAsync(new BroadcastRequest
            {
                Event = new SimpleEvent("said", number, channels[number % 3]),
                IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"key{number}"),
            }).AsTask());
            var receipts = await Task.WhenAll(publishes).InTimeAsync();
            receipts.Select(receipt => receipt.Channels[0].Channel).Should().Equal(Enumerable.Range(0, 30).Select(number => channels[number % 3]));
        }

        foreach (var channel in channels)
        {
            (await node.Broadcaster.ReadLastAsync(channel, 100)).Messages.Should().HaveCount(10);
        }
    }

    [Fact]
    public async Task Publishes_TheServerForgotTheScript_AreAcceptedAllTheSame()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var node = new TestNode(redis.EndPoint);
        await node.Broadcaster.SayAsync(Channel.Public("elsewhere"), 0);
        await redis.CliAsync("SCRIPT", "FLUSH");

        var publishes = Enumerable.Range(0, 40)
            .Select(number => node.Broadcaster.BroadcastAsync(new SimpleEvent("said", number, Channel.Public(number % 2 == 0 ? "a" : "b"))).AsTask());

        (await Task.WhenAll(publishes).InTimeAsync()).Should().HaveCount(40);
    }

    [GeneratedRegex(@"cmdstat_evalsha:calls=(?<calls>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Calls();
}
