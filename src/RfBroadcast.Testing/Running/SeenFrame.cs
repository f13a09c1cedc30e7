namespace RfBroadcast.Testing;

/// <summary>One frame that a <see cref="CaseConnection"/> was sent. What the frame's kind does not have is default.</summary>
internal sealed record SeenFrame
{
    /// <summary><c>subscribed unsubscribed event direct joined left gap</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The wire name.</summary>
    public string? Channel { get; init; }

    public string? Event { get; init; }

    /// <summary>The data of an event, or what is shown of a member, as JSON.</summary>
    public string? Data { get; init; }

    public DateTimeOffset Timestamp { get; init; }

    /// <summary>The sender of a client event, or the member that joined or left.</summary>
    public string? UserId { get; init; }

    public long Offset { get; init; }

    public string? Epoch { get; init; }

    public string? RequestId { get; init; }

    public IReadOnlyList<string>? Members { get; init; }

    /// <summary>What is shown of the <see cref="Members"/>, in the same order, as JSON.</summary>
    public IReadOnlyList<string?>? MembersInfo { get; init; }

    public bool? Recovered { get; init; }

    public RecoveryFailure Failure { get; init; }

    public int Code { get; init; }
}
