using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RfBroadcast.RedisNode;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Receiving;

/// <summary>Something else than broadcasting writes to a channel's keys: what cannot be read counts as lost, and the channel goes on.</summary>
public sealed class ForeignWriterTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>, IAsyncLifetime
{
    private readonly RecordingLogger<RedisBroadcaster> _logger = new();
    private ServiceProvider _services = null!;
    private ConnectionMultiplexer _multiplexer = null!;

    private RedisBroadcaster Broadcaster => _services.GetRequiredService<RedisBroadcaster>();

    private LocalHub Hub => _services.GetRequiredService<LocalHub>();

    public async Task InitializeAsync()
    {
        _services = new ServiceCollection()
            .AddSingleton<ILogger<RedisBroadcaster>>(_logger)
            .AddBroadcastingCore(options => options.Channels.For("history.{**rest}", channel => channel.KeepHistory(100, TimeSpan.FromMinutes(5))))
            .UseRedis(redis.Server.EndPoint)
            .Services.BuildServiceProvider();
        _multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _multiplexer.CloseAsync();
        _multiplexer.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("foreign")]
    [InlineData("01 00000003 ffffff")] // an item, of a message that has nothing
    [InlineData("01 0000000c 00 0800000000000000 ffff 65")] // an event name that goes on after the end
    [InlineData("01 0000000c 00 ffffffffffffffff 0001 65")] // a time before all times
    [InlineData("02 0000000c 00 0800000000000000 0001 65")] // a message, but one that no history keeps
    public async Task Message_ThatCannotBeRead_IsAGapThatTheClientsAreTold(string content)
    {
        using var figures = new Figures();
        var channel = Channel.Public("history.broken" + Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(content)));
        var (ada, bob) = (Hub.Connect("1.1"), Hub.Connect("1.2"));
        await Broadcaster.JoinAsync(ada, channel);
        await Broadcaster.JoinAsync(bob, Channel.Public("history.other"));
        var known = (await Broadcaster.SayAsync(channel, 1)).Position;
        await ada.UntilEventsAsync(1);

        await AppendAsync(channel, Bytes(content));
        await Broadcaster.SayAsync(channel, 3); // the one before it did not arrive, and is read

        await ada.UntilAsync(frames => frames[^1].Kind == "unsubscribed");
        ada.Frames[^1].Code.Should().Be(UnsubscribeReason.Gap.Code);
        await Broadcaster.JoinAsync(ada, channel, since: known);
        var answer = ada.Frames.Last(frame => frame.Kind == "subscribed");
        (answer.Recovered, answer.Failure).Should().Be((false, RecoveryFailure.Expired));
        await Broadcaster.SayAsync(channel, 4);
        await ada.UntilEventsAsync(2);
        ada.Data.Should().Equal("1", "4");
        ada.Offsets.Should().Equal(1, 4);
        bob.Kinds.Should().NotContain("unsubscribed");

        (await Broadcaster.ReadLastAsync(channel, 10)).Messages.Select(message => message.Offset).Should().Equal(3, 4);
        _logger.Entries.Where(entry => entry.Id == 3014).Should().ContainSingle()
            .Which.Message.Should().Contain($"Message 2 in rf:hist:{{{channel.WireName}}}").And.Contain("Broadcasting:Redis:Prefix").And.Contain("XDEL");
        figures.All()[RedisBroadcastTelemetry.Unreadable].Should().BeGreaterThanOrEqualTo(1);
        _logger.Entries.Should().NotContain(entry => entry.Id == 3003, "nothing is tried again for ever");
    }

    [Theory]
    [InlineData("foreign")]
    [InlineData("")]
    [InlineData("of the same length as it has to be, and more")]
    public async Task Top_ThatCannotBeRead_IsANewEpoch(string content)
    {
        var channel = Channel.Public("history.top" + content.Length.ToString(CultureInfo.InvariantCulture));
        var ada = Hub.Connect("1.1");
        await Broadcaster.JoinAsync(ada, channel);
        var known = (await Broadcaster.SayAsync(channel, 1)).Position!.Value;
        await ada.UntilEventsAsync(1);

        await _multiplexer.GetDatabase().HashSetAsync("rf:meta:{" + channel.WireName + "}", "top", content);
        var next = (await Broadcaster.SayAsync(channel, 2)).Position!.Value;

        next.Epoch.Should().NotBe(known.Epoch);
        await ada.UntilAsync(frames => frames[^1].Kind == "unsubscribed");
        ada.Frames[^1].Code.Should().Be(UnsubscribeReason.Gap.Code);
        await Broadcaster.JoinAsync(ada, channel, since: known);
        ada.Frames.Last(frame => frame.Kind == "subscribed").Failure.Should().Be(RecoveryFailure.Epoch);
        await Broadcaster.SayAsync(channel, 3);
        await ada.UntilEventsAsync(2);
        ada.Data.Should().Equal("1", "3");
        (await Broadcaster.ReadSinceAsync(channel, next)).Messages.Should().ContainSingle();
    }

    [Theory]
    [InlineData("foreign")]
    [InlineData("a longer one, and no JSON")]
    public async Task Member_ThatCannotBeRead_IsLeftOut(string content)
    {
        var channel = Channel.Presence("members" + content.Length.ToString(CultureInfo.InvariantCulture));
        await _multiplexer.GetDatabase().HashSetAsync("rf:members:{" + channel.WireName + "}", "eve", content);
        var ada = Hub.Connect("1.1", "ada");

        await Broadcaster.JoinAsync(ada, channel);

        ada.Frames[^1].Members.Should().Equal("ada");
        (await Broadcaster.GetMembersAsync(channel)).Select(member => member.UserId).Should().Equal("ada");
        _logger.Entries.Where(entry => entry.Id == 3015).Should().ContainSingle().Which.Message.Should().Contain($"rf:members:{{{channel.WireName}}}").And.Contain("HDEL");
    }

    [Fact]
    public async Task Key_ThatHoldsSomethingElse_IsNamedWithTheCureAndWorksAfterIt()
    {
        var channel = Channel.Public("history.key");
        await redis.Server.CliAsync("SET", "rf:meta:{history.key}", "foreign");

        (await FluentActions.Awaiting(() => Broadcaster.SayAsync(channel, 1)).Should().ThrowAsync<BroadcasterUnavailableException>())
            .Which.Message.Should().Contain("Broadcasting:Redis:Prefix").And.Contain("delete the channel's keys");
        await FluentActions.Awaiting(() => Broadcaster.JoinAsync(Hub.Connect("1.1"), channel)).Should().ThrowAsync<BroadcasterUnavailableException>();

        await redis.Server.CliAsync("DEL", "rf:meta:{history.key}");
        await Broadcaster.SayAsync(channel, 1);
    }

    private static byte[] Bytes(string content) => content.StartsWith('0') ? Convert.FromHexString(content.Replace(" ", "", StringComparison.Ordinal)) : System.Text.Encoding.UTF8.GetBytes(content);

    /// <summary>Appends to the history what is no message, and counts it.</summary>
    private async Task AppendAsync(Channel channel, byte[] content)
    {
        var database = _multiplexer.GetDatabase();
        var names = new RedisKeys("rf:", database: 0).Of(channel);
        var top = (byte[])(await database.HashGetAsync(names.Meta, "top"))!; // of a channel with messages
        foreach (var place in (int[])[ChannelTops.EpochLength, ChannelTops.EpochLength + 8])
        {
            BinaryPrimitives.WriteInt64BigEndian(top.AsSpan(place), BinaryPrimitives.ReadInt64BigEndian(top.AsSpan(place)) + 1);
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"{ChannelTops.ReadOffset(top)}-{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}");
        await database.ExecuteAsync("XADD", names.History, id, "m", content);
        await database.HashSetAsync(names.Meta, "top", top);
    }
}
