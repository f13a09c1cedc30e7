using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ScaleOut;

/// <summary>
/// Believes what a page says of itself: the token is <c>id.name</c>. For this demo only; it keeps no state, so it is the same on every
/// node, as signed tokens are, or cookies whose keys the nodes share.
/// </summary>
internal sealed class GuestScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Guest";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.Ordinal))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (header[Bearer.Length..].Split('.', 2) is not [{ Length: > 0 and <= 40 } id, { Length: > 0 and <= 200 } name])
        {
            return Task.FromResult(AuthenticateResult.Fail("The token is not id.name."));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id), new Claim(ClaimTypes.Name, Uri.UnescapeDataString(name))], Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name)));
    }
}
