namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>What is done to nodes, to Redis, and to what is between them.</summary>
internal enum ChaosFault
{
    /// <summary>kill -9 of a node, which is started again.</summary>
    KillNode,

    /// <summary>SIGTERM to a node, which is started again.</summary>
    StopNode,

    /// <summary>SIGSTOP to a node, then SIGCONT.</summary>
    PauseNode,

    /// <summary>All connections between a node and Redis are reset.</summary>
    CutNode,

    /// <summary>Between a node and Redis no byte moves.</summary>
    FreezeNode,

    /// <summary>Between a node and Redis every byte is late.</summary>
    DelayNode,

    /// <summary>Its connections are reset, and new ones refused.</summary>
    RefuseNode,

    /// <summary>CLIENT PAUSE.</summary>
    PauseRedis,

    /// <summary>CLIENT KILL.</summary>
    KillClients,

    /// <summary>kill -9 of Redis, which is started again with its data.</summary>
    RestartRedis,

    /// <summary>The same without its data.</summary>
    EmptyRedis,
}
