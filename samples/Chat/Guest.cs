using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Chat;

/// <summary>Who somebody is: an id that stays, a name that one may change, and a colour that goes with the id.</summary>
public sealed record Guest(string Id, string Name)
{
    private static readonly string[] Colours = ["red", "orange", "green", "teal", "blue", "violet", "pink", "brown"];

    public string Colour => Colours[Guid.Parse(Id).ToByteArray()[^1] % Colours.Length];

    /// <summary>The guest whom the cookie names. Only for requests and connections that require authorization.</summary>
    public static Guest Of(ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.NameIdentifier)!, // both are in every cookie that ToPrincipal made
        user.FindFirstValue(ClaimTypes.Name)!);

    /// <summary>What the cookie holds. The library takes the user's id from NameIdentifier.</summary>
    public ClaimsPrincipal ToPrincipal() => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, Id), new Claim(ClaimTypes.Name, Name)],
        CookieAuthenticationDefaults.AuthenticationScheme));
}
