using System.Security.Claims;

namespace RfBroadcast.AspNetCore;

/// <summary>Who opens a connection.</summary>
/// <param name="IsRefused">Whether a token was sent that nothing accepted: answer 401.</param>
/// <param name="SignedIn">The principal; null when nobody is signed in.</param>
/// <param name="UserId">The id of the user; null when nobody is signed in, or none of the claim types is there.</param>
/// <param name="ExpiresAt">When the authentication ends; null when it does not say.</param>
internal readonly record struct HandshakeIdentity(bool IsRefused, ClaimsPrincipal? SignedIn, string? UserId, DateTimeOffset? ExpiresAt)
{
    /// <summary>The principal; when nobody is signed in, a new one that is not authenticated (an app may change it).</summary>
    public ClaimsPrincipal User => SignedIn ?? new ClaimsPrincipal(new ClaimsIdentity());
}
