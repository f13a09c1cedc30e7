namespace RfBroadcast.Redis;

/// <summary>Sends a batch of one line's messages to Redis.</summary>
internal interface IBatchSender
{
    /// <summary>Whether it is known that Redis is a cluster: a script can touch the keys of one channel alone then.</summary>
    bool IsCluster { get; }

    /// <summary>
    /// Issues a batch's command, in the order of the calls, without waiting. When it has ended, every publisher has a receipt or a fault, and the
    /// line is told (<see cref="PublishLine.Done"/>), once a call.
    /// </summary>
    void Send(PublishLine line, PendingPublish batch);
}
