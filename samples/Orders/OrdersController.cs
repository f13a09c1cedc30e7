using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using RfBroadcast;

namespace Orders;

public sealed record NewOrder([Required, StringLength(100)] string Item);

public sealed record Shipment([Required, StringLength(40)] string Carrier);

/// <summary>The orders: customers see and place their own, staff see all, and who has the permission ships them.</summary>
[ApiController]
[Authorize]
[Route("api/orders")]
public sealed class OrdersController(OrderStore store, IBroadcaster broadcaster) : ControllerBase
{
    [HttpGet]
    public IEnumerable<Order> List() => User.IsStaff ? store.All : store.All.Where(order => order.CustomerId == User.Id);

    [HttpPost]
    public async Task<ActionResult<Order>> PlaceAsync(NewOrder request)
    {
        if (User.Id is not { } customerId)
        {
            return Forbid();
        }

        // From here on it cannot be cancelled: what has been ordered is told, even when the page is gone.
        var order = store.Place(customerId, request.Item);
        await broadcaster.BroadcastAsync(new OrderPlaced(order), CancellationToken.None);
        await broadcaster.BroadcastAsync(new ParcelToPack(order.Id, order.Item), CancellationToken.None);
        return order;
    }

    [HttpPost("{orderId:int}/ship")]
    [Authorize(Policies.ShipOrders)]
    public async Task<ActionResult<Order>> ShipAsync(int orderId, Shipment request)
    {
        if (store.Ship(orderId, request.Carrier) is not { } order)
        {
            return Conflict("There is no such order to be shipped.");
        }

        await broadcaster.BroadcastAsync(new OrderShipped(order.Id, request.Carrier), CancellationToken.None);
        await broadcaster.NotifyUserAsync(
            order.CustomerId, "On its way", $"{order.Item}, with {request.Carrier}", cancellationToken: CancellationToken.None);
        return order;
    }
}
