using RfBroadcast;

namespace Orders;

/// <summary>A customer has ordered something: told to the staff.</summary>
public sealed record OrderPlaced(Order Order) : IEvent
{
    public IReadOnlyList<Channel> BroadcastOn() => [Channel.Private("staff.orders")];
}

/// <summary>An order is on its way: told to whoever follows it, and to the staff.</summary>
public sealed record OrderShipped(int OrderId, string Carrier) : IEvent
{
    public IReadOnlyList<Channel> BroadcastOn() => [Channel.Private($"orders.{OrderId}"), Channel.Private("staff.orders")];
}

/// <summary>A parcel is to be packed: told to those who may ship.</summary>
public sealed record ParcelToPack(int OrderId, string Item) : IEvent
{
    public IReadOnlyList<Channel> BroadcastOn() => [Channel.Private("warehouse")];
}
