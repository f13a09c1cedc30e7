using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Reads where a client that comes back was, from the last id it saw. An id is all there is to know, so that any node can go
/// on with the stream: <c>1834.22917&amp;news=q8Zr1kPf:57&amp;private-orders.7=q8Zr1kPf:3:1834.22911</c>, the connection and a position
/// for each channel that keeps history; a third part names another connection for that channel. <see cref="StreamPosition"/>
/// writes it.
/// </summary>
internal static class LastEventId
{
    /// <summary>For clients that cannot set the header.</summary>
    public const string QueryKey = "last_event_id";

    /// <summary>The most characters an id has; far below what servers and proxies take in a header.</summary>
    public const int MaxLength = 7000;

    private const string HeaderName = "Last-Event-ID";

    /// <summary>The positions by wire name. What is not well-formed is left out: there the client starts afresh.</summary>
    public static Dictionary<string, PriorPosition> Read(HttpRequest request)
    {
        var header = request.Headers[HeaderName].ToString();
        return Parse(header.Length > 0 ? header : QueryValues.First(request, QueryKey));
    }

    /// <summary>The same from a text.</summary>
    public static Dictionary<string, PriorPosition> Parse(string id)
    {
        var positions = new Dictionary<string, PriorPosition>(StringComparer.Ordinal);
        if (id.Length > MaxLength)
        {
            return positions;
        }

        string? connectionId = null;
        foreach (var part in id.Split('&'))
        {
            var equals = part.LastIndexOf('='); // a name may have one too
            if (equals < 0)
            {
                connectionId ??= Unescape(part);
            }
            else if (TryParse(part[(equals + 1)..].Split(':'), connectionId, out var position))
            {
                positions[Uri.UnescapeDataString(part[..equals])] = position;
            }
        }

        return positions;
    }

    private static bool TryParse(string[] parts, string? connectionId, out PriorPosition position)
    {
        position = default;
        if (parts.Length is not (2 or 3)
            || Unescape(parts[0]) is not { } epoch
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return false;
        }

        position = new PriorPosition(new ChannelPosition(epoch, offset), parts.Length == 3 ? Unescape(parts[2]) : connectionId);
        return true;
    }

    private static string? Unescape(string text) => text.Length == 0 ? null : Uri.UnescapeDataString(text);
}
