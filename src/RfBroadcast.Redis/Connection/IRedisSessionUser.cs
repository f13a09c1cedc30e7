namespace RfBroadcast.Redis;

/// <summary>What a <see cref="RedisLink"/> carries along from one session to the next.</summary>
internal interface IRedisSessionUser
{
    /// <summary>Makes a new session fit for use, before anybody else gets it. What it throws ends the session.</summary>
    Task PrepareAsync(RedisSession session, CancellationToken cancellationToken);

    /// <summary>Takes up in the new session what the earlier one had; the session is in use meanwhile. What it throws ends it.</summary>
    Task RestoreAsync(RedisSession session, CancellationToken cancellationToken);

    /// <summary>Called at intervals while the session works. What it throws ends it.</summary>
    Task CheckAsync(RedisSession session, CancellationToken cancellationToken);
}
