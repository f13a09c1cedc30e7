namespace RfBroadcast.Redis;

/// <summary>What nodes tell each other besides channels' messages: a request to all of them, or an answer to one process. JSON.</summary>
internal sealed record ControlMessage
{
    /// <summary>What this code writes and understands.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public required ControlKind Kind { get; init; }

    /// <summary>The process that asks; where answers go.</summary>
    public required string From { get; init; }

    /// <summary>Which request of that process this is, or answers.</summary>
    public required long Id { get; init; }

    public string? ConnectionId { get; init; }

    public string? UserId { get; init; }

    public string? Channel { get; init; }

    /// <summary>A close code, or the code of an unsubscribed frame.</summary>
    public int Code { get; init; }

    public string? Text { get; init; }

    public string? RequestId { get; init; }

    public string? Event { get; init; }

    /// <summary>The data of an event for one connection.</summary>
    public byte[]? Data { get; init; }

    public DateTimeOffset Timestamp { get; init; }

    /// <summary>In an answer: the node that gives it.</summary>
    public string? Node { get; init; }

    /// <summary>In an answer: how many it concerned.</summary>
    public int Count { get; init; }

    /// <summary>In an answer: connections.</summary>
    public IReadOnlyList<ControlConnection>? Connections { get; init; }
}
