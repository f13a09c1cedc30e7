namespace RfBroadcast.Redis;

/// <summary>Tells publishers that their messages were accepted, and records it. Thread-safe.</summary>
internal sealed class Acceptance(LocalHub hub, BroadcastMetrics metrics, TimeProvider time)
{
    public long Now => time.GetTimestamp();

    /// <summary>How many are subscribed on this node.</summary>
    public int CountSubscribers(PublishedChannel channel) => hub.CountSubscribers(channel.Channel);

    /// <summary>Accepts a run of messages that have no positions.</summary>
    public void Accept(PendingPublish run, long now)
    {
        var receipt = run.Target.ReceiptWith(CountSubscribers(run.Target));
        for (var publish = run; publish is not null; publish = publish.Next)
        {
            Accept(publish, receipt, now);
        }
    }

    /// <summary>Accepts one message.</summary>
    public void Accept(PendingPublish publish, BroadcastReceipt receipt, long now)
    {
        if (publish.IsWhole)
        {
            metrics.Published(1, time.GetElapsedTime(publish.Since, now));
        }

        publish.Accept(receipt);
    }
}
