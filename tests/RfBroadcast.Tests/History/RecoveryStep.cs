namespace RfBroadcast.Tests;

internal enum RecoveryAction
{
    Publish,
    PublishLarge,

    /// <summary>Leaves the client's connection out.</summary>
    PublishExcept,

    /// <summary>Leaves out the connection that the client had before.</summary>
    PublishExceptPrevious,

    /// <summary>A message that is never kept.</summary>
    ClientEvent,

    /// <summary>The client subscribes as it should: with its position when it has one. One that is subscribed asks again.</summary>
    Subscribe,
    SubscribeOld,
    SubscribeFuture,
    SubscribeForeign,
    SubscribeLast,
    SubscribeFresh,

    /// <summary>As it should, but its history is read at <see cref="Read"/> and given at <see cref="Complete"/>.</summary>
    Begin,
    Read,
    Complete,
    Unsubscribe,
    Drop,
    Wait,

    /// <summary>So long that the logs of all channels are forgotten.</summary>
    WaitHours,
}

/// <summary>One step of the recovery model: what, by which client, on which channel, and how much of it.</summary>
internal sealed record RecoveryStep(RecoveryAction Action, int Client, int Channel, int Amount);
