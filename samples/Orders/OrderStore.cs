using System.Collections.Concurrent;

namespace Orders;

/// <summary>An order; on its way once it has a carrier.</summary>
public sealed record Order(int Id, string CustomerId, string Item, string? Carrier = null);

/// <summary>All orders, in memory: what a database is in a real app. Thread-safe.</summary>
public sealed class OrderStore
{
    private readonly ConcurrentDictionary<int, Order> _orders = new();
    private int _lastId;

    public OrderStore()
    {
        Place("ada", "Punched cards, a box of 500");
        Place("ada", "A spare gear for the engine");
        Place("ben", "A kite with a brass key");
    }

    public IEnumerable<Order> All => _orders.Values.OrderBy(order => order.Id);

    public bool Owns(string? customerId, int orderId) =>
        customerId is not null && _orders.TryGetValue(orderId, out var order) && order.CustomerId == customerId;

    public Order Place(string customerId, string item)
    {
        var order = new Order(Interlocked.Increment(ref _lastId), customerId, item);
        _orders[order.Id] = order;
        return order;
    }

    /// <summary>Ships an order, once; null when there is no such order, or it has been shipped.</summary>
    public Order? Ship(int orderId, string carrier)
    {
        while (_orders.TryGetValue(orderId, out var order) && order.Carrier is null)
        {
            var shipped = order with { Carrier = carrier };
            if (_orders.TryUpdate(orderId, shipped, order))
            {
                return shipped;
            }
        }

        return null;
    }
}
