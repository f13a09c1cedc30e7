namespace RfBroadcast;

/// <summary>What became of a subscription.</summary>
public enum SubscribeOutcome
{
    /// <summary>The connection is subscribed now.</summary>
    Subscribed,

    /// <summary>It was subscribed before; nothing changed, and the client was answered again.</summary>
    AlreadySubscribed,

    /// <summary>The connection closed, or the subscription was ended, before it was complete.</summary>
    Ended,
}
