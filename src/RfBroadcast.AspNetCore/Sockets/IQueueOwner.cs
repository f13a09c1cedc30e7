namespace RfBroadcast.AspNetCore;

/// <summary>Whose an <see cref="OutgoingQueue"/> is.</summary>
internal interface IQueueOwner
{
    /// <summary>The queue is over its bound and nothing in it may be dropped: the connection must close.</summary>
    void IsTooSlow();
}
