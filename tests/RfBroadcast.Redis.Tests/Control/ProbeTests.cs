using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Control;

/// <summary>A connection is dead when it is silent, not when it has much to say.</summary>
public sealed class ProbeTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>, IAsyncLifetime, IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TimerWheel _wheel = new(TimeProvider.System);
    private readonly RedisBroadcastOptions _options = new();
    private readonly RedisKeys _keys = new("rf:", database: 0);
    private readonly ConcurrentQueue<(RedisChannel Topic, RedisValue Probe)> _probes = new();
    private ConnectionMultiplexer _multiplexer = null!;
    private NodeRegistry _nodes = null!;
    private RedisSession _session = null!;
    private ControlLine _line = null!;

    public async Task InitializeAsync()
    {
        _multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        await _multiplexer.GetSubscriber().SubscribeAsync(
            new RedisChannel("rf:control:*", RedisChannel.PatternMode.Pattern), (topic, probe) => _probes.Enqueue((topic, probe)));
        _session = new RedisSession(1, _multiplexer, 0, _wheel, TimeSpan.FromSeconds(30), TimeProvider.System);
        _nodes = new NodeRegistry(_keys, _options, new RedisClock(_time), NullLogger.Instance);
        _line = new ControlLine(_keys, _nodes, _options, _time, NullLogger.Instance);
    }

    public async Task DisposeAsync() => await _multiplexer.CloseAsync();

    public void Dispose()
    {
        _session.Dispose();
        _nodes.Dispose();
        _wheel.Dispose();
        _multiplexer.Dispose();
    }

    [Fact]
    public async Task Probe_BehindOtherMessages_IsWaitedForAsLongAsTheyArrive()
    {
        var probing = _line.ProbeAsync(_session, CancellationToken.None); // which nothing brings back yet
        for (var i = 0; i < 5; i++)
        {
            await PassAsync(isPushed: true);
        }

        await Wait.UntilAsync(() => _time.RunningTimers == 1 && !_probes.IsEmpty, "it waits on");
        await _line.OpenAsync(_session);
        await _multiplexer.GetSubscriber().PublishAsync(_probes.First().Topic, _probes.First().Probe); // and now it comes

        await probing.InTimeAsync();
    }

    [Fact]
    public async Task Probe_AndNothingElseArrives_IsADeadConnectionAfterTheCommandTimeout()
    {
        var probing = _line.ProbeAsync(_session, CancellationToken.None);

        await PassAsync(isPushed: false);

        await FluentActions.Awaiting(() => probing.InTimeAsync()).Should().ThrowAsync<BroadcasterUnavailableException>();
    }

    [Fact]
    public async Task Probe_ThatNeverComesWhileOtherMessagesDo_IsADeadSubscriptionInTheEnd()
    {
        var probing = _line.ProbeAsync(_session, CancellationToken.None);
        for (var i = 0; i < 6; i++)
        {
            probing.IsCompleted.Should().BeFalse();
            await PassAsync(isPushed: true);
        }

        await FluentActions.Awaiting(() => probing.InTimeAsync()).Should().ThrowAsync<BroadcasterUnavailableException>();
    }

    /// <summary>Lets the time of a command pass, when it is waited for.</summary>
    private async Task PassAsync(bool isPushed)
    {
        await Wait.UntilAsync(() => _time.RunningTimers == 1, "it waits");
        if (isPushed)
        {
            _session.Pushed();
        }

        _time.Advance(_options.CommandTimeout);
    }
}
