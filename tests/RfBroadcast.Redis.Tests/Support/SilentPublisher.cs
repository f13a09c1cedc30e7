using System.Collections.Concurrent;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>
/// Publishes on a channel with history as any node does, but pushes it where no node listens: as if the push had been lost. What was
/// to be pushed is kept for the test to hand on.
/// </summary>
internal sealed class SilentPublisher : IBatchSender, IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> _envelopes = new();
    private readonly TimerWheel _wheel = new(TimeProvider.System);
    private readonly BroadcastOptions _broadcasting = new();
    private readonly BroadcastMetrics _metrics = new();
    private readonly Channel _channel;
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly RedisSession _session;
    private readonly OrderedSender _sender;
    private readonly PublishedChannel _published;

    private SilentPublisher(ConnectionMultiplexer multiplexer, Channel channel, int historySize)
    {
        _channel = channel;
        _multiplexer = multiplexer;
        _broadcasting.Channels.For("{**any}", settings => settings.KeepHistory(historySize, TimeSpan.FromMinutes(5)));
        var keys = new RedisKeys("rf:", database: 0);
        var names = keys.Of(channel);
        _session = new RedisSession(1, multiplexer, 0, _wheel, TimeSpan.FromSeconds(30), TimeProvider.System);
        _sender = new OrderedSender(
            publisher: NodeId.NextNumber(),
            new FeedDirectory(keys, _broadcasting),
            new Acceptance(new LocalHub(Microsoft.Extensions.Options.Options.Create(_broadcasting)), _metrics, TimeProvider.System),
            new RedisClock(TimeProvider.System),
            _broadcasting,
            new RedisBroadcastOptions());
        _published = new PublishedChannel(
            channel,
            new ChannelKeys
            {
                Topic = names.Topic,
                TopicName = "elsewhere:" + channel.WireName,
                History = names.History,
                Meta = names.Meta,
                Connections = names.Connections,
                Members = names.Members,
                Fence = "unused",
                Once = "unused",
            },
            _broadcasting.Channels.Of(channel),
            new PublishLine(this, isOrdered: true),
            firstSequence: 0);
    }

    /// <summary>What was not pushed, in order.</summary>
    public IReadOnlyList<byte[]> Envelopes => [.. _envelopes];

    public static async Task<SilentPublisher> StartAsync(string redis, Channel channel, int historySize = 100)
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis);
        var publisher = new SilentPublisher(multiplexer, channel, historySize);
        await multiplexer.GetSubscriber().SubscribeAsync(
            new RedisChannel("elsewhere:" + channel.WireName, RedisChannel.PatternMode.Literal),
            (_, payload) => publisher._envelopes.Enqueue(payload!));
        return publisher;
    }

    /// <summary>Publishes, and waits until the history has it.</summary>
    public async Task<ChannelReceipt> PublishAsync(object data)
    {
        var message = _channel.Message(data);
        _published.TryEnter(now: 0).Should().BeTrue();
        var publish = new PendingPublish(_published, message, idempotencyKey: null, since: 0);
        _published.Line.Add(publish);
        return (await publish.Task.InTimeAsync()).Channels[0];
    }

    bool IBatchSender.IsCluster => false;

    void IBatchSender.Send(PublishLine line, PendingPublish batch) => _sender.Send(_session, line, batch);

    public async ValueTask DisposeAsync()
    {
        _session.Dispose();
        await _multiplexer.CloseAsync();
        _multiplexer.Dispose();
        _wheel.Dispose();
        _metrics.Dispose();
    }
}
