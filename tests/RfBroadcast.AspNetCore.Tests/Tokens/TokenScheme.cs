using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RfBroadcast.AspNetCore.Tests.Tokens;

/// <summary>A scheme that reads the Authorization header: the token "good-x" signs in the user x. It knows no auth_token.</summary>
internal sealed class TokenScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Token";

    public static readonly DateTimeOffset Expiry = new(2100, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private const string Good = "Bearer good-";

    public static void Add(IServiceCollection services, string byDefault = Name)
    {
        services.AddAuthentication(byDefault).AddScheme<AuthenticationSchemeOptions, TokenScheme>(Name, configureOptions: null);
        services.AddAuthorization();
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (!header.StartsWith(Good, StringComparison.Ordinal))
        {
            return Task.FromResult(AuthenticateResult.Fail(new TokenException()));
        }

        var identity = new ClaimsIdentity([new Claim("sub", header[Good.Length..])], Name);
        var properties = new AuthenticationProperties { ExpiresUtc = Expiry };
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Name)));
    }
}

internal sealed class TokenException() : Exception("wrong");
