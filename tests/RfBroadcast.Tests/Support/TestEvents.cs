namespace RfBroadcast.Tests.Support;

internal sealed record OrderShipped(int OrderId, string Carrier) : IEvent
{
    public IReadOnlyList<Channel> BroadcastOn() => [Channel.Private($"orders.{OrderId}")];
}

internal sealed record Changed<T>(T Value) : IEvent
{
    public IReadOnlyList<Channel> BroadcastOn() => [Channel.Public("changes")];
}

/// <summary>An event that says all it can say itself.</summary>
internal sealed class CustomEvent : IEvent
{
    public required Channel[] Channels { get; init; }

    public string Name { get; init; } = "custom";

    public object? Data { get; init; }

    public bool When { get; init; } = true;

    public IReadOnlyList<Channel> BroadcastOn() => Channels;

    public string BroadcastAs() => Name;

    public object? BroadcastWith() => Data;

    public bool BroadcastWhen() => When;
}
