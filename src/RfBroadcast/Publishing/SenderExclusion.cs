namespace RfBroadcast;

/// <summary>Which connection, if any, a broadcast leaves out. The default leaves out none.</summary>
public readonly record struct SenderExclusion
{
    private SenderExclusion(string? connectionId, bool isCurrent)
    {
        ConnectionId = connectionId;
        IsCurrent = isCurrent;
    }

    /// <summary>Leaves out nobody.</summary>
    public static SenderExclusion None => default;

    /// <summary>
    /// Leaves out the connection that the current request names (<see cref="ICurrentSender"/>); where there is none, nobody.
    /// </summary>
    public static SenderExclusion Current => new(null, isCurrent: true);

    /// <summary>The connection to leave out, when it was named.</summary>
    public string? ConnectionId { get; }

    /// <summary>Whether the current request tells which connection to leave out.</summary>
    public bool IsCurrent { get; }

    /// <summary>Leaves out this connection.</summary>
    public static SenderExclusion Connection(string connectionId)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        return new(connectionId, isCurrent: false);
    }
}
