using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RfBroadcast.RedisNode;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Envelopes;

/// <summary>A newer node is there: what it writes and this one cannot read is counted, said once, and harms nothing.</summary>
public sealed class UnreadableEnvelopeTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private const int Told = 3021;

    [Fact]
    public async Task Envelope_OfANewerVersion_IsCountedAndSaidOnce()
    {
        using var figures = new Figures();
        var logger = new RecordingLogger<RedisBroadcaster>();
        await using var services = new ServiceCollection()
            .AddSingleton<ILogger<RedisBroadcaster>>(logger)
            .AddBroadcastingCore(options => options.Channels.For("history.{**rest}", channel => channel.KeepHistory(100, TimeSpan.FromMinutes(5))))
            .UseRedis(redis.Server.EndPoint)
            .Services.BuildServiceProvider();
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        var broadcaster = services.GetRequiredService<RedisBroadcaster>();
        Channel[] channels = [Channel.Public("newer"), Channel.Public("history.newer")];
        var client = services.GetRequiredService<LocalHub>().Connect("1.1");
        foreach (var channel in channels)
        {
            await broadcaster.JoinAsync(client, channel);
            for (var i = 0; i < 3; i++)
            {
                var envelope = GoldenBytes.Read(channel == channels[0] ? "plain-message" : "ordered-kept").Fill();
                envelope[0] = 2;
                await multiplexer.GetSubscriber().PublishAsync(new RedisChannel("rf:msg:" + channel.WireName, RedisChannel.PatternMode.Literal), envelope);
            }

            await broadcaster.SayAsync(channel, 1);
        }

        await client.UntilEventsAsync(2);
        client.Data.Should().Equal("1", "1");
        figures.All()[RedisBroadcastTelemetry.Unreadable].Should().Be(6);
        logger.Entries.Where(entry => entry.Id == Told).Should().ContainSingle().Which.Message.Should().Contain("version 2").And.Contain("docs/redis.md");
    }

    [Fact]
    public async Task Control_OfANewerVersion_IsSaidOnce()
    {
        var logger = new RecordingLogger<RedisBroadcaster>();
        await using var services = new ServiceCollection()
            .AddSingleton<ILogger<RedisBroadcaster>>(logger).AddBroadcastingCore().UseRedis(redis.Server.EndPoint).Services.BuildServiceProvider();
        var broadcaster = services.GetRequiredService<RedisBroadcaster>();
        await broadcaster.SayAsync(Channel.Public("newer"), 1);

        for (var i = 0; i < 3; i++)
        {
            await redis.Server.CliAsync("PUBLISH", "rf:control", """{"version":2,"kind":"Connections","from":"x","id":1}""");
            await redis.Server.CliAsync("PUBLISH", "rf:control", """{"version":2,"kind":"SomethingNew","from":"x","id":1}""");
        }

        await broadcaster.GetConnectionsAsync(Channel.Public("newer")).InTimeAsync(); // comes after them
        logger.Entries.Where(entry => entry.Id == 3009).Should().ContainSingle();
    }

    [Fact]
    public async Task Item_OfAKindThatIsNotKnown_IsPassedOver()
    {
        await using var node = new TestNode(redis.Server.EndPoint);
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        var channel = Channel.Public("kinds");
        var client = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(client, channel);
        var header = new byte[Envelope.PlainHeader];
        Envelope.WritePlainHeader(header, publisher: 7, sequence: 0, leads: true);

        byte[] envelope = [.. header, 200, 0, 0, 0, 1, 42, .. MessageItem.Write(channel.Message("1"), ItemKind.Passing)];
        await multiplexer.GetSubscriber().PublishAsync(new RedisChannel("rf:msg:kinds", RedisChannel.PatternMode.Literal), envelope);

        await client.UntilEventsAsync(1);
        client.Data.Should().Equal("1");
    }
}
