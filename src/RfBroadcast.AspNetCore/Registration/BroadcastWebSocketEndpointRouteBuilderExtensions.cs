using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the WebSocket end point.</summary>
public static class BroadcastWebSocketEndpointRouteBuilderExtensions
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Connect];

    /// <summary>
    /// Maps the end point that clients connect to: <c>/ws</c>, and <c>/ws/{channel}</c> for one channel at once. It speaks the
    /// native protocol (docs/protocol.md). A GET that accepts <c>text/event-stream</c> receives the same over server-sent events;
    /// a plain one tells as JSON whether a handshake would be accepted.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="path">The path, without parameters: <c>/ws</c>.</param>
    /// <returns>A builder for conventions such as <c>RequireAuthorization()</c>, <c>RequireHost()</c> or <c>WithName()</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>AddBroadcasting()</c> was not called.</exception>
    /// <exception cref="ArgumentException">The path has parameters, or is only a slash.</exception>
    public static IEndpointConventionBuilder MapBroadcastWebSockets(this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string path)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var plain = "/" + path.Trim('/');
        if (plain.Length == 1 || plain.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            throw new ArgumentException($"\"{path}\" cannot be the path of the WebSocket end point; give a plain one, such as \"/ws\".", nameof(path));
        }

        var sockets = endpoints.ServiceProvider.GetService<WebSocketEndpoint>()
            ?? throw new InvalidOperationException("Broadcasting is not registered: call builder.Services.AddBroadcasting() before MapBroadcastWebSockets().");
        var streams = endpoints.ServiceProvider.GetRequiredService<EventStreamEndpoint>();
        endpoints.ServiceProvider.GetRequiredService<BroadcastPaths>().Add(plain);
        return endpoints
            .MapMethods(plain + "/{channel?}", Methods, (RequestDelegate)HandleAsync)
            .WithDisplayName("RfBroadcast " + plain)
            .WithMetadata(new HandshakeDeadline.Marker());

        Task HandleAsync(HttpContext context) =>
            EventStreamEndpoint.IsMeant(context.Request) ? streams.HandleAsync(context) : sockets.HandleAsync(context);
    }
}
