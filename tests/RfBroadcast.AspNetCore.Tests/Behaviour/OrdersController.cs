using Microsoft.AspNetCore.Mvc;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>An app's controller that tells the others of what a client did.</summary>
[ApiController]
[Route("orders")]
public sealed class OrdersController(IBroadcaster broadcaster) : ControllerBase
{
    [HttpPost("{id:int}/ship")]
    public async Task<NoContentResult> ShipAsync(int id, [FromQuery] string carrier, CancellationToken cancellationToken)
    {
        await broadcaster.ToPrivate($"orders.{id}").Event("shipped").With(new { id, carrier }).ToOthers().SendAsync(cancellationToken);
        return NoContent();
    }
}
