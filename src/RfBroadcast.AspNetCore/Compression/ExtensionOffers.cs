using System.Buffers;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Takes apart a line of <c>Sec-WebSocket-Extensions</c> (RFC 6455, section 9.1): offers between commas, their name and
/// parameters between semicolons, a value after an equals sign, all of them tokens, the value perhaps in quotes.
/// </summary>
internal static class ExtensionOffers
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    /// <summary>Takes what comes before the next separator that is not in quotes; the last part has none after it.</summary>
    public static ReadOnlySpan<char> TakePart(ref ReadOnlySpan<char> rest, char separator, out bool hasMore)
    {
        var isQuoted = false;
        var end = 0;
        for (; end < rest.Length && (isQuoted || rest[end] != separator); end++)
        {
            if (rest[end] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (isQuoted && rest[end] == '\\' && end + 1 < rest.Length)
            {
                end++; // whatever follows stands for itself
            }
        }

        var part = rest[..end];
        hasMore = end < rest.Length;
        rest = hasMore ? rest[(end + 1)..] : default;
        return Trim(part);
    }

    /// <summary>Reads a parameter; its value is null where it has none.</summary>
    /// <returns>False when it is malformed.</returns>
    public static bool TryReadParameter(ReadOnlySpan<char> parameter, out ReadOnlySpan<char> name, out string? value)
    {
        value = null;
        var equals = parameter.IndexOf('=');
        name = Trim(equals < 0 ? parameter : parameter[..equals]);
        if (equals >= 0)
        {
            value = ReadValue(Trim(parameter[(equals + 1)..]));
        }

        return IsToken(name) && (equals < 0 || IsToken(value));
    }

    private static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenCharacters);

    /// <summary>What a value stands for; nothing when its quotes do not match.</summary>
    private static string ReadValue(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || value[0] != '"')
        {
            return value.ToString();
        }

        var text = new char[value.Length];
        var length = 0;
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] == '"')
            {
                return i == value.Length - 1 ? new string(text, 0, length) : string.Empty;
            }

            if (value[i] == '\\' && ++i == value.Length)
            {
                break;
            }

            text[length++] = value[i];
        }

        return string.Empty;
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim(" \t");
}
