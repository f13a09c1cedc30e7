using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Orders;

public sealed record DemoLogin([Required] string User);

public sealed record DemoToken(string Token, DateTime ExpiresAt);

/// <summary>
/// FOR THE DEMO ONLY: gives anybody the token of anybody, in development. In a real app the identity provider gives a token to
/// whoever has signed in.
/// </summary>
[ApiController]
[Route("demo/token")]
public sealed class DemoTokenController(TokenSettings tokens, IHostEnvironment environment) : ControllerBase
{
    private static readonly Dictionary<string, (string[] Roles, string[] Permissions)> People = new()
    {
        ["ada"] = (["customer"], []),
        ["ben"] = (["customer"], []),
        ["kim"] = (["staff"], []),
        ["sam"] = (["staff"], ["orders.ship"]),
    };

    [HttpPost]
    public ActionResult<DemoToken> Create(DemoLogin login)
    {
        if (!environment.IsDevelopment() || !People.TryGetValue(login.User, out var person))
        {
            return NotFound();
        }

        var now = DateTime.UtcNow;
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Audience = TokenSettings.Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + tokens.Lifetime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = login.User,
                ["roles"] = person.Roles,
                ["permissions"] = person.Permissions,
            },
            SigningCredentials = new SigningCredentials(tokens.Key, TokenSettings.Algorithm),
        });
        return new DemoToken(token, now + tokens.Lifetime);
    }
}
