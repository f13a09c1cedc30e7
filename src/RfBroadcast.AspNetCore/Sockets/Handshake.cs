using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>Judges who may connect, whatever the transport: version, origin, authentication, and whether there is room.</summary>
internal sealed class Handshake(EndpointServices services, ConnectionDrain drain, ConnectionLimits limits)
{
    private readonly OriginPolicy _origins = new(services.Options.AllowedOrigins);
    private readonly string[] _userIdClaimTypes = [.. services.Options.UserIdClaimTypes];

    public async ValueTask<Admission> JudgeAsync(HttpContext context)
    {
        var version = QueryValues.First(context.Request, "protocol");
        if (version.Length > 0 && version != NativeProtocol.Version.ToString(CultureInfo.InvariantCulture))
        {
            return Admission.Refused(
                StatusCodes.Status400BadRequest,
                "unknown_protocol",
                $"Only version {NativeProtocol.Version} of the protocol is spoken here; leave \"protocol\" out, or update the server.");
        }

        if (!_origins.Allows(context.Request))
        {
            Log.OriginRefused(services.Logger, context.Request.Headers.Origin.ToString(), context.Request.Host.Value ?? string.Empty);
            return Admission.Refused(StatusCodes.Status403Forbidden, ErrorCode.Forbidden, "Pages from this origin may not connect here.");
        }

        var identity = await HandshakeAuthentication.AuthenticateAsync(context, _userIdClaimTypes, services.Schemes, services.Logger).ConfigureAwait(false);
        HandshakeDeadline.Meet(context);
        return identity.IsRefused
            ? Admission.Refused(StatusCodes.Status401Unauthorized, ErrorCode.Unauthenticated, "The token is not valid; get a new one.")
            : FindPlace(context, identity);
    }

    private Admission FindPlace(HttpContext context, in HandshakeIdentity identity)
    {
        if (drain.IsDraining)
        {
            return Admission.Refused(StatusCodes.Status503ServiceUnavailable, ErrorCode.Unavailable, "The server is going away; try again.");
        }

        if (limits.TryEnter(context.Connection.RemoteIpAddress, identity.UserId, out var setting) is { } place)
        {
            return new Admission(identity, place, Refusal: null);
        }

        Log.NoPlace(services.Logger, $"{BroadcastWebSocketOptions.SectionName}:{setting}", limits.Count);
        return Admission.Refused(StatusCodes.Status503ServiceUnavailable, ErrorCode.Unavailable, "There is no room for more connections; try again later.");
    }
}
