using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Reads a handshake's query. Unlike the request's own collection nothing of it is kept in the request, which lasts as long as
/// its connection.
/// </summary>
internal static class QueryValues
{
    /// <summary>The first value of a key, compared without case; empty when there is none.</summary>
    public static string First(HttpRequest request, string key)
    {
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (IsOf(pair, key))
            {
                return pair.DecodeValue().ToString();
            }
        }

        return string.Empty;
    }

    /// <summary>Whether a key is there, with a value or without.</summary>
    public static bool Contains(HttpRequest request, string key)
    {
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (IsOf(pair, key))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All values of a key, in their order.</summary>
    public static List<string> All(HttpRequest request, string key)
    {
        var values = new List<string>();
        foreach (var pair in new QueryStringEnumerable(request.QueryString.Value))
        {
            if (IsOf(pair, key))
            {
                values.Add(pair.DecodeValue().ToString());
            }
        }

        return values;
    }

    private static bool IsOf(QueryStringEnumerable.EncodedNameValuePair pair, string key) =>
        pair.DecodeName().Span.Equals(key, StringComparison.OrdinalIgnoreCase);
}
