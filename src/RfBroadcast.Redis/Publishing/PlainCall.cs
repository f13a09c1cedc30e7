namespace RfBroadcast.Redis;

/// <summary>A batch of plain messages under way.</summary>
internal sealed class PlainCall(PublishQueue queue, PendingPublish batch, LocalHub hub) : RedisCall<long>
{
    protected override void Succeeded(long result)
    {
        var subscribers = hub.CountSubscribers(queue.Channel);
        for (var publish = batch; publish is not null; publish = publish.Next)
        {
            publish.TrySetResult(new ChannelReceipt(queue.Channel, Position: null, subscribers));
        }

        queue.Done();
    }

    protected override void Failed(Exception fault)
    {
        batch.FailAll(fault);
        queue.Done();
    }
}
