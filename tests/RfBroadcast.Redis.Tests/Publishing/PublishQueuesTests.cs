namespace RfBroadcast.Redis.Tests.Publishing;

/// <summary>The order and the waiting of what a process publishes, without a Redis.</summary>
public sealed class PublishQueuesTests : IBatchSender, IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly TimerWheel _wheel = new(TimeProvider.System);
    private readonly List<PendingPublish> _sent = [];

    [Fact]
    public void Publish_ItsPublisherHasWaitedBefore_ThatIsNoTimeToWaitAgain()
    {
        using var queues = new PublishQueues(new RedisKeys("rf:", database: 0), new BroadcastOptions(), this, _wheel, _time);
        var channel = Channel.Public("news");

        _ = queues.PublishAsync(channel.Message(1), "key", waited: TimeSpan.FromMilliseconds(700));
        _ = queues.PublishAsync(channel.Message(2), idempotencyKey: null, waited: default);

        _sent.ConvertAll(publish => _time.GetElapsedTime(publish.Since)).Should().Equal(TimeSpan.FromMilliseconds(700), TimeSpan.Zero);
    }

    public void Dispose() => _wheel.Dispose();

    void IBatchSender.Send(PublishQueue queue, PendingPublish batch) => _sent.Add(batch);
}
