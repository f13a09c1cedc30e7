using Microsoft.Extensions.Primitives;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Which offer of permessage-deflate is accepted (RFC 7692, sections 5 and 7.1): the first one that allows what is sent here,
/// frames that many connections share. So each message is compressed by itself, with a window of 15 bits.
/// </summary>
internal static class DeflateNegotiation
{
    private const string Name = "permessage-deflate";
    private const string FullWindow = "15";

    // The client, too, starts each message afresh: a silent connection then holds no window of 32 KB.
    private const string Plain = Name + "; server_no_context_takeover; client_no_context_takeover";
    private const string WithWindow = Plain + "; server_max_window_bits=" + FullWindow;

    /// <summary>Finds the first acceptable offer. One that is malformed is none.</summary>
    /// <param name="offers">The values of the request's <c>Sec-WebSocket-Extensions</c>.</param>
    /// <returns>What to answer in that header; null when nothing is accepted.</returns>
    public static string? Answer(StringValues offers)
    {
        foreach (var line in offers)
        {
            ReadOnlySpan<char> rest = line;
            bool hasMore;
            do
            {
                if (AnswerTo(ExtensionOffers.TakePart(ref rest, ',', out hasMore)) is { } answer)
                {
                    return answer;
                }
            }
            while (hasMore);
        }

        return null;
    }

    private static string? AnswerTo(ReadOnlySpan<char> offer)
    {
        if (!ExtensionOffers.TakePart(ref offer, ';', out var hasMore).SequenceEqual(Name))
        {
            return null;
        }

        var seen = Parameters.None;
        while (hasMore)
        {
            var part = ExtensionOffers.TakePart(ref offer, ';', out hasMore);
            if (!ExtensionOffers.TryReadParameter(part, out var name, out var value))
            {
                return null;
            }

            var parameter = Accept(name, value);
            if (parameter == Parameters.None || (seen & parameter) != Parameters.None)
            {
                return null;
            }

            seen |= parameter;
        }

        return (seen & Parameters.ServerWindow) == Parameters.None ? Plain : WithWindow;
    }

    /// <summary>Which parameter it is; none when it is unknown, or asks for what is not given here.</summary>
    private static Parameters Accept(ReadOnlySpan<char> name, string? value) => name switch
    {
        "server_no_context_takeover" when value is null => Parameters.ServerAfresh,
        "client_no_context_takeover" when value is null => Parameters.ClientAfresh,
        "server_max_window_bits" when value == FullWindow => Parameters.ServerWindow,
        "client_max_window_bits" when value is null or FullWindow => Parameters.ClientWindow,
        _ => Parameters.None,
    };

    [Flags]
    private enum Parameters
    {
        None = 0,
        ServerAfresh = 1,
        ClientAfresh = 2,
        ServerWindow = 4,
        ClientWindow = 8,
    }
}
