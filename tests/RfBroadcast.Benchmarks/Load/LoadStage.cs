namespace RfBroadcast.Benchmarks;

/// <summary>How far a client has come.</summary>
internal enum LoadStage
{
    /// <summary>The HTTP answer is awaited.</summary>
    Upgrading,

    /// <summary>The server's first message is awaited.</summary>
    Greeting,

    /// <summary>The answer to the subscription is awaited.</summary>
    Subscribing,

    /// <summary>Messages are counted.</summary>
    Live,

    /// <summary>The server has closed.</summary>
    Closed,
}
