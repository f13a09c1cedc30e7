namespace RfBroadcast;

/// <summary>
/// All that a broadcast says: the event, where it goes, and whom it leaves out. Every publishing call, fluent or direct,
/// gathers one of these. Immutable.
/// </summary>
public sealed record BroadcastRequest
{
    private const int MaxKeyLength = 200;

    /// <summary>The event.</summary>
    public required IEvent Event { get; init; }

    /// <summary>The channels it goes to. With no target of any kind it goes to <see cref="IEvent.BroadcastOn"/>.</summary>
    public IReadOnlyList<Channel> Channels { get; init; } = [];

    /// <summary>The users it goes to, on their own channels (<see cref="Channel.User"/>).</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>The organizations it goes to, on the private channel <see cref="BroadcastOptions.OrganizationChannel"/>.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>Whether it goes to the public channel <see cref="BroadcastOptions.SystemAlertsChannel"/>.</summary>
    public bool SystemAlerts { get; init; }

    /// <summary>The one connection it goes to, on no channel.</summary>
    public string? ConnectionId { get; init; }

    /// <summary>The connection to leave out. By default none.</summary>
    public SenderExclusion Except { get; init; }

    /// <summary>
    /// A key that makes repeating the call safe: within <see cref="BroadcastOptions.IdempotencyWindow"/> the same key
    /// publishes once and returns the first receipt. 1 to 200 characters; null for none.
    /// </summary>
    /// <exception cref="ArgumentException">It is empty or longer.</exception>
    public string? IdempotencyKey
    {
        get;
        init => field = value is null or { Length: > 0 and <= MaxKeyLength }
            ? value
            : throw new ArgumentException($"An idempotency key has 1 to 200 characters; this one has {value.Length}.", nameof(value));
    }

    /// <summary>The names of the drivers it also goes to; null means <see cref="BroadcastOptions.Drivers"/>.</summary>
    public IReadOnlyList<string>? Drivers { get; init; }

    /// <summary>
    /// Whether a client sent it, already checked by the end point that took it. It is never kept in a history.
    /// </summary>
    public bool IsClientEvent { get; init; }

    /// <summary>The member who sent a client event on a presence channel; otherwise null.</summary>
    public string? ClientUserId { get; init; }

    internal bool HasTarget => Channels.Count + Users.Count + Organizations.Count > 0 || SystemAlerts || ConnectionId is not null;
}
