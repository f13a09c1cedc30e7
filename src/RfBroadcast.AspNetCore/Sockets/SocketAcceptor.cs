using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RfBroadcast.AspNetCore;

/// <summary>Turns a request into a WebSocket, in the best way the server offers.</summary>
internal static class SocketAcceptor
{
    private const string Version = "13";

    /// <summary>Why the request cannot become a WebSocket (RFC 6455, section 4.2.1); null when it can.</summary>
    public static HandshakeVerdict? FindFault(HttpContext context)
    {
        if (!IsUpgrade(context))
        {
            return IsExtendedConnect(context) || context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true }
                ? null
                : new HandshakeVerdict(StatusCodes.Status426UpgradeRequired, "upgrade_required", "All is well; connect with a WebSocket.");
        }

        var headers = context.Request.Headers;
        if (headers.SecWebSocketVersion != Version)
        {
            return new HandshakeVerdict(StatusCodes.Status426UpgradeRequired, "upgrade_required", "Only version 13 of the WebSocket protocol is spoken here.");
        }

        Span<byte> key = stackalloc byte[18];
        return Convert.TryFromBase64String(headers.SecWebSocketKey.ToString(), key, out var length) && length == 16
            ? null
            : new HandshakeVerdict(StatusCodes.Status400BadRequest, "bad_handshake", "Sec-WebSocket-Key must be 16 bytes in base64.");
    }

    /// <summary>Answers the handshake.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mayDeflate">Whether compression may be negotiated.</param>
    /// <returns>The duplex stream, or the server's own WebSocket where it offers no stream; and whether compression was negotiated.</returns>
    public static async ValueTask<(Stream? Stream, WebSocket? Socket, bool Deflates)> AcceptAsync(HttpContext context, bool mayDeflate)
    {
        LongRequest.Exempt(context);
        if (IsUpgrade(context))
        {
            var headers = context.Response.Headers;
            headers.Connection = "Upgrade";
            headers.Upgrade = "websocket";
            headers.SecWebSocketAccept = AcceptOf(context.Request.Headers.SecWebSocketKey.ToString());
            var deflates = mayDeflate && Negotiate(context);
            return (await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false), null, deflates);
        }

        if (IsExtendedConnect(context))
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            var deflates = mayDeflate && Negotiate(context);
            return (await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync().ConfigureAwait(false), null, deflates);
        }

        var socket = await context.Features.GetRequiredFeature<IHttpWebSocketFeature>().AcceptAsync(new WebSocketAcceptContext()).ConfigureAwait(false);
        return (null, socket, false);
    }

    /// <summary>Accepts an offer of compression, if there is one to accept.</summary>
    private static bool Negotiate(HttpContext context)
    {
        var answer = DeflateNegotiation.Answer(context.Request.Headers.SecWebSocketExtensions);
        if (answer is not null)
        {
            context.Response.Headers.SecWebSocketExtensions = answer;
        }

        return answer is not null;
    }

    private static bool IsUpgrade(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);

    private static bool IsExtendedConnect(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" };

    /// <summary>The proof that the server understood the handshake (RFC 6455, section 4.2.2).</summary>
    private static string AcceptOf(string key)
    {
        // SHA-1 is what the specification demands here; nothing secret depends on it.
#pragma warning disable CA5350
        var hash = SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }
}
