namespace RfBroadcast.Redis;

/// <summary>
/// A connection of this node on a presence channel: what it is to be in Redis, and what it is. Guarded by its registrar's lock.
/// </summary>
internal sealed class LocalJoin(Channel channel, string connectionId, string userId, byte[] info)
{
    public Channel Channel => channel;

    public string ConnectionId => connectionId;

    public string UserId => userId;

    public byte[] Info { get; set; } = info;

    /// <summary>Whether the connection is to be joined.</summary>
    public bool IsWanted { get; set; } = true;

    /// <summary>When not: whether the user leaves at once, and is not waited for.</summary>
    public bool LeavesAtOnce { get; set; }

    /// <summary>The number of the absence that its leave begins; the same when it is tried again, because the first may have arrived.</summary>
    public long? Absence { get; set; }

    /// <summary>Rises whenever it is to be written to Redis anew.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The version that is certainly in Redis.</summary>
    public int Written { get; set; }

    /// <summary>Under which node's id it is in Redis, or may be; null when it is not.</summary>
    public string? StoredBy { get; set; }

    /// <summary>The channel's note of that node, held from before the first join until the leave.</summary>
    public ChannelNote? Note { get; set; }

    /// <summary>
    /// Until when a join of which no answer came may still be carried out: Unix time in ms, by the clock of Redis. Then the lease it was sent with has ended.
    /// </summary>
    public long LateUntil { get; set; }

    /// <summary>Whether it has left, and leaves once more when no join can come late any more.</summary>
    public bool LeavesAgain { get; set; }

    /// <summary>Whether it was joined before: a later join is only to write it again.</summary>
    public bool IsAgain { get; set; }

    /// <summary>Whether somebody carries out what is to be.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Where the channel stood after it had joined last.</summary>
    public ChannelTops? Tops { get; set; }

    /// <summary>Who waits until it is as it is to be. They are given where the channel stood when it joined.</summary>
    public List<TaskCompletionSource<ChannelTops?>> Waiting { get; } = [];
}
