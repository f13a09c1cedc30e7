namespace RfBroadcast.Redis;

/// <summary>Sends a batch of one line's messages to Redis.</summary>
internal interface IBatchSender
{
    /// <summary>
    /// Issues a batch's command, in the order of the calls, without waiting. When it has ended, every publisher has a receipt or a fault, and the
    /// line is told (<see cref="PublishLine.Done"/>), once a call.
    /// </summary>
    void Send(PublishLine line, PendingPublish batch);
}
