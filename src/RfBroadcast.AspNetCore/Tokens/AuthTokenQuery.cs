using System.Diagnostics.CodeAnalysis;

namespace RfBroadcast.AspNetCore;

/// <summary>Takes <c>auth_token</c> out of a query string, however it is written, and leaves everything else as it was.</summary>
internal static class AuthTokenQuery
{
    public const string Key = "auth_token";

    /// <summary>Removes every occurrence.</summary>
    /// <param name="query">Empty, or a query that starts with a question mark.</param>
    /// <param name="rest">The query without the token; empty when nothing is left.</param>
    /// <param name="token">The first value that is not empty, decoded; else null.</param>
    /// <returns>False when there was none.</returns>
    public static bool TryRemove(string query, [NotNullWhen(true)] out string? rest, out string? token)
    {
        rest = null;
        token = null;
        if (query.Length < 2)
        {
            return false;
        }

        var pairs = query[1..].Split('&');
        var kept = new List<string>(pairs.Length);
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (!string.Equals(Decode(equals < 0 ? pair : pair[..equals]), Key, StringComparison.OrdinalIgnoreCase))
            {
                kept.Add(pair);
            }
            else if (string.IsNullOrEmpty(token))
            {
                token = equals < 0 ? null : Decode(pair[(equals + 1)..]);
            }
        }

        if (kept.Count == pairs.Length)
        {
            return false;
        }

        rest = kept.Count == 0 ? string.Empty : "?" + string.Join('&', kept);
        token = string.IsNullOrWhiteSpace(token) ? null : token;
        return true;
    }

    // As the query collection decodes.
    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
