namespace RfBroadcast;

/// <summary>Something the app broadcasts. It has only methods, so that none of them shows up in its own JSON.</summary>
/// <example>
/// <code>
/// public sealed record OrderShipped(int OrderId, string Carrier) : IEvent
/// {
///     public IReadOnlyList&lt;Channel&gt; BroadcastOn() => [Channel.Private($"orders.{OrderId}")];
/// }
/// </code>
/// </example>
public interface IEvent
{
    /// <summary>The channels the event goes to, unless the call that publishes it names others.</summary>
    IReadOnlyList<Channel> BroadcastOn();

    /// <summary>The name clients listen for, 1 to 200 characters. By default the name of the event's type.</summary>
    string BroadcastAs() => EventName.Of(GetType());

    /// <summary>What is sent as the event's data, as JSON. By default the event itself.</summary>
    object? BroadcastWith() => this;

    /// <summary>Whether to send it at all. By default true; false sends nothing, and the receipt says so.</summary>
    bool BroadcastWhen() => true;
}
