using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Orders;

/// <summary>What tokens are signed with, and what makes one valid.</summary>
public sealed record TokenSettings(SymmetricSecurityKey Key, TimeSpan Lifetime)
{
    /// <summary>Who the tokens are for.</summary>
    public const string Audience = "websocket";

    public const string Algorithm = SecurityAlgorithms.HmacSha256;

    public TokenValidationParameters Validation => new()
    {
        ValidateIssuer = false, // this app alone has the key; with an identity provider, set jwt.Authority instead of all this
        ValidAudience = Audience,
        ValidAlgorithms = [Algorithm],
        IssuerSigningKey = Key,
        RoleClaimType = "roles",
        ClockSkew = TimeSpan.Zero, // a connection ends when its token expires, so that moment counts for everything
    };

    /// <summary>Reads <c>Tokens:Key</c> (base64), which never stands in a file of the repository; without it, one for this run.</summary>
    public static TokenSettings From(IConfiguration configuration)
    {
        var key = configuration["Tokens:Key"] is { } text ? Convert.FromBase64String(text) : RandomNumberGenerator.GetBytes(32);
        return new TokenSettings(new SymmetricSecurityKey(key), configuration.GetValue("Tokens:Lifetime", TimeSpan.FromMinutes(1)));
    }
}
