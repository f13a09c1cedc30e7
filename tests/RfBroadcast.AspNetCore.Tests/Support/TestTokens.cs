using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>
/// Takes the header <c>Authorization: Bearer user:ID</c>, also with <c>;role=ROLE</c> and <c>;expires=TIME</c> behind it.
/// </summary>
internal sealed class TestTokens(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "TestTokens";

    private const string Prefix = "Bearer user:";

    public static string Of(string userId, DateTimeOffset? expires = null) =>
        expires is null ? "user:" + userId : string.Create(CultureInfo.InvariantCulture, $"user:{userId};expires={expires:O}");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (!header.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Task.FromResult(AuthenticateResult.Fail("not a token of this app"));
        }

        var parts = header[Prefix.Length..].Split(';');
        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, parts[0]) };
        var properties = new AuthenticationProperties();
        foreach (var part in parts.Skip(1).Select(part => part.Split('=', 2)))
        {
            if (part[0] == "role")
            {
                claims.Add(new Claim(ClaimTypes.Role, part[1]));
            }
            else
            {
                properties.ExpiresUtc = DateTimeOffset.Parse(part[1], CultureInfo.InvariantCulture);
            }
        }

        var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, Name));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, properties, Name)));
    }
}
