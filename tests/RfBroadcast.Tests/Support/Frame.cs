namespace RfBroadcast.Tests.Support;

/// <summary>What a <see cref="RecordingConnection"/> was sent, decoded. The kinds are those of <see cref="LineProtocol"/>.</summary>
internal sealed record Frame
{
    public required string Kind { get; init; }

    public string? Channel { get; init; }

    public string? Event { get; init; }

    public string? Data { get; init; }

    public string? UserId { get; init; }

    public long Offset { get; init; }

    public string? RequestId { get; init; }

    public string[]? Members { get; init; }

    public string? Epoch { get; init; }

    public bool? Recovered { get; init; }

    public RecoveryFailure Failure { get; init; }

    public string? Member { get; init; }

    public int Code { get; init; }

    public int Dropped { get; init; }
}
