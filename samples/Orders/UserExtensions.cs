using System.Security.Claims;

namespace Orders;

/// <summary>What a token says of its user.</summary>
internal static class UserExtensions
{
    extension(ClaimsPrincipal user)
    {
        /// <summary>The user's id; null when the token names none.</summary>
        public string? Id => user.FindFirstValue("sub");

        public bool IsStaff => user.IsInRole("staff");
    }
}
