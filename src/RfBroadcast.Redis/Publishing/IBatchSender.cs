namespace RfBroadcast.Redis;

/// <summary>Sends a batch of one channel's messages to Redis.</summary>
internal interface IBatchSender
{
    /// <summary>
    /// Sends a batch and gives every publisher its receipt. Its command is issued before it first waits, so that commands leave in the
    /// order of the calls.
    /// </summary>
    Task SendAsync(PublishQueue queue, PendingPublish batch);
}
