namespace RfBroadcast.Redis.Tests.Publishing;

/// <summary>The order and the waiting of what a process publishes, without a Redis.</summary>
public sealed class PublishedChannelsTests : IBatchSender, IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TimerWheel _wheel = new(TimeProvider.System);
    private readonly List<PendingPublish> _sent = [];

    [Fact]
    public void Publish_ItsPublisherHasWaitedBefore_ThatIsNoTimeToWaitAgain()
    {
        using var channels = new PublishedChannels(new RedisKeys("rf:", database: 0), new BroadcastOptions(), this, _wheel, _time);
        var channel = Channel.Public("news");

        var now = _time.GetTimestamp();
        var waited = (long)(0.7 * _time.TimestampFrequency);

        _ = channels.PublishAsync(channel.Message(1), "key", since: now - waited, isWhole: false);
        _ = channels.PublishAsync(channel.Message(2), idempotencyKey: null, since: now, isWhole: true);

        _sent.ConvertAll(publish => _time.GetElapsedTime(publish.Since)).Should().Equal(TimeSpan.FromMilliseconds(700), TimeSpan.Zero);
    }

    public void Dispose() => _wheel.Dispose();

    bool IBatchSender.IsCluster => false;

    void IBatchSender.Send(PublishLine line, PendingPublish batch) => _sent.Add(batch);
}
