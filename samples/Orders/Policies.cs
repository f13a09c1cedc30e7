namespace Orders;

/// <summary>The names of what somebody must be or may do.</summary>
internal static class Policies
{
    /// <summary>Works here: the role <c>staff</c>.</summary>
    public const string Staff = "staff";

    /// <summary>May ship orders: the permission <c>orders.ship</c>.</summary>
    public const string ShipOrders = "ship-orders";
}
