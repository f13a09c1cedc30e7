using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace RfBroadcast.AspNetCore;

/// <summary>Finds out who opens a connection, by the app's own authentication.</summary>
internal static class HandshakeAuthentication
{
    /// <summary>Takes what the middleware authenticated, else authenticates by the app's default scheme.</summary>
    /// <param name="context">The handshake.</param>
    /// <param name="userIdClaimTypes">The types of claim that may hold the user's id; the first that is there does.</param>
    /// <param name="schemes">The app's schemes; null when it has no authentication.</param>
    /// <param name="logger">Is told why a token was refused, never the token.</param>
    public static async ValueTask<HandshakeIdentity> AuthenticateAsync(
        HttpContext context,
        IEnumerable<string> userIdClaimTypes,
        IAuthenticationSchemeProvider? schemes,
        ILogger logger)
    {
        if (QueryValues.Contains(context.Request, AuthTokenQuery.Key))
        {
            // It is logged already, and no scheme can read it there.
            Log.TokenLeftInQuery(logger);
            return new(IsRefused: true, SignedIn: null, UserId: null, ExpiresAt: null);
        }

        var tokenWasSent = !StringValues.IsNullOrEmpty(context.Request.Headers.Authorization);
        var user = context.Features.Get<IHttpAuthenticationFeature>()?.User; // not context.User, which makes one that stays in the request
        var result = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult;
        if (result is null && !IsAuthenticated(user) && schemes is not null
            && await schemes.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false) is not null)
        {
            // The app has no authentication middleware, or it runs later.
            result = await context.AuthenticateAsync().ConfigureAwait(false);
            if (result is { Succeeded: true, Principal: { } principal })
            {
                context.User = user = principal;
            }
        }

        if (IsAuthenticated(user))
        {
            return new(IsRefused: false, user, FindUserId(user, userIdClaimTypes), result?.Properties?.ExpiresUtc);
        }

        if (tokenWasSent)
        {
            await LogRefusalAsync(schemes, result, logger).ConfigureAwait(false);
        }

        return new(IsRefused: tokenWasSent, SignedIn: null, UserId: null, ExpiresAt: null);
    }

    private static bool IsAuthenticated([NotNullWhen(true)] ClaimsPrincipal? user) => user is not null && user.Identities.Any(identity => identity.IsAuthenticated);

    private static string? FindUserId(ClaimsPrincipal user, IEnumerable<string> claimTypes)
    {
        foreach (var type in claimTypes)
        {
            // A claim counts only with the authentication that vouches for it.
            var claim = user.FindFirst(claim => claim.Type == type && claim.Value.Length > 0 && claim.Subject is { IsAuthenticated: true });
            if (claim is not null)
            {
                return claim.Value;
            }
        }

        return null;
    }

    private static async ValueTask LogRefusalAsync(IAuthenticationSchemeProvider? schemes, AuthenticateResult? result, ILogger logger)
    {
        if (schemes is null || !(await schemes.GetAllSchemesAsync().ConfigureAwait(false)).Any())
        {
            Log.NoAuthentication(logger);
        }
        else if (result?.Failure is { } failure)
        {
            // Only the kind: a scheme's message may quote the token.
            Log.TokenRefused(logger, failure.GetType().Name);
        }
        else
        {
            Log.TokenNotRead(logger);
        }
    }
}
