namespace RfBroadcast.Redis;

/// <summary>All scripts. What each takes and gives stands at the top of its file.</summary>
internal static class RedisScripts
{
    public static RedisScript Publish { get; } = RedisScript.Load("publish");

    public static RedisScript PublishPlain { get; } = RedisScript.Load("publish_plain");

    public static RedisScript PublishOnce { get; } = RedisScript.Load("publish_once");

    public static RedisScript Read { get; } = RedisScript.Load("open", "read");

    public static RedisScript Members { get; } = RedisScript.Load("open", "members");

    public static RedisScript Touch { get; } = RedisScript.Load("open", "touch");

    public static RedisScript Note { get; } = RedisScript.Load("note");

    public static RedisScript Join { get; } = RedisScript.Load("open", "presence", "join");

    public static RedisScript Leave { get; } = RedisScript.Load("open", "presence", "leave");

    public static RedisScript Sweep { get; } = RedisScript.Load("open", "presence", "sweep");

    public static RedisScript Heartbeat { get; } = RedisScript.Load("heartbeat");

    public static RedisScript Info { get; } = RedisScript.Load("info");

    /// <summary>Every one of them, to be loaded into a server before it is used.</summary>
    public static IReadOnlyList<RedisScript> All { get; } = [Publish, PublishPlain, PublishOnce, Read, Members, Touch, Note, Join, Leave, Sweep, Heartbeat, Info];
}
