using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// The same end point for those who cannot use WebSockets: a stream of server-sent events, which only receives. What the
/// client wants is all in its address, and where it was in its last id; nothing is kept of it when it has gone.
/// </summary>
internal sealed class EventStreamEndpoint(EndpointServices services, Handshake handshake, ConnectionLifetime lifetime)
{
    private const string MediaType = "text/event-stream";

    /// <summary>Whether a request asks for a stream of events.</summary>
    public static bool IsMeant(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains(MediaType, StringComparison.OrdinalIgnoreCase);

    public async Task HandleAsync(HttpContext context)
    {
        var admission = await handshake.JudgeAsync(context).ConfigureAwait(false);
        var subscriptions = AddressedChannels.Read(context.Request);
        if ((admission.Refusal ?? FindFault(context.Request, subscriptions)) is { } verdict)
        {
            admission.Dispose();
            await verdict.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var prior = LastEventId.Read(context.Request);
        subscriptions = subscriptions.ConvertAll(command => ComeBack(command, prior));
        Prepare(context);

        var id = ConnectionIds.Next();
        var position = new StreamPosition(id, PriorOf(subscriptions));
        var outlet = new EventStreamOutlet(context, position, services.Time);
        var connection = new EventStreamConnection(services, id, admission, outlet, position);
        await lifetime.RunAsync(connection, new EventStreamTransport(connection, outlet, context.RequestAborted), subscriptions).ConfigureAwait(false);
    }

    /// <summary>An empty name is a choice: a stream for what is sent to this connection alone.</summary>
    private static HandshakeVerdict? FindFault(HttpRequest request, List<SubscribeCommand> subscriptions) =>
        subscriptions.Count > 0 || QueryValues.Contains(request, AddressedChannels.Key)
            ? null
            : new HandshakeVerdict(
                StatusCodes.Status400BadRequest,
                "no_channel",
                $"A stream of events has its channels in its address: {request.Path}?channel=news&channel=orders, or {request.Path}/news.");

    private static SubscribeCommand ComeBack(SubscribeCommand command, Dictionary<string, PriorPosition> prior) =>
        prior.TryGetValue(command.Channel, out var was) ? command with { Since = was.Position, PreviousConnectionId = was.ConnectionId } : command;

    private static Dictionary<string, PriorPosition> PriorOf(List<SubscribeCommand> subscriptions)
    {
        var prior = new Dictionary<string, PriorPosition>(StringComparer.Ordinal);
        foreach (var command in subscriptions)
        {
            if (command.Since is { } position)
            {
                prior[command.Channel] = new PriorPosition(position, command.PreviousConnectionId);
            }
        }

        return prior;
    }

    private static void Prepare(HttpContext context)
    {
        LongRequest.Exempt(context);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var headers = context.Response.Headers;
        headers.ContentType = MediaType;
        headers.CacheControl = "no-store";
        headers["X-Accel-Buffering"] = "no"; // or nginx would hold events back
    }
}
