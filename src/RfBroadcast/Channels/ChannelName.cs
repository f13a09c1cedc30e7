using System.Buffers;
using System.Globalization;
using System.Text;

namespace RfBroadcast;

/// <summary>The rules for channel names, in one place. They are those of docs/protocol.md.</summary>
internal static class ChannelName
{
    private const string PrivatePrefix = "private-";
    private const string PresencePrefix = "presence-";
    private const string AllowedText = "A-Z a-z 0-9 _ - = @ , . ;";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-=@,.;");

    // A segment keeps all that a name may hold but the dot, which separates, and the equals sign, which escapes.
    private static readonly SearchValues<char> KeptInSegment =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-@,;");

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string[] ReservedPrefixes = ["private-encrypted-", "cache-", "private-cache-", "presence-cache-"];

    public static string PrefixOf(ChannelKind kind) => kind switch
    {
        ChannelKind.Private => PrivatePrefix,
        ChannelKind.Presence => PresencePrefix,
        _ => string.Empty,
    };

    public static ChannelKind KindOf(string wireName) =>
        wireName.StartsWith(PrivatePrefix, StringComparison.Ordinal) ? ChannelKind.Private
        : wireName.StartsWith(PresencePrefix, StringComparison.Ordinal) ? ChannelKind.Presence
        : ChannelKind.Public;

    /// <summary>What is wrong with a wire name, or null when it is valid.</summary>
    public static string? FindFault(string? wireName)
    {
        if (string.IsNullOrEmpty(wireName))
        {
            return "a channel name may not be empty";
        }

        if (wireName.Length > Channel.MaxLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it has {wireName.Length} characters with its prefix; at most {Channel.MaxLength} are allowed");
        }

        if (FindWrongCharacter(wireName) is { } fault)
        {
            return fault;
        }

        foreach (var prefix in ReservedPrefixes)
        {
            if (wireName.StartsWith(prefix, StringComparison.Ordinal))
            {
                return $"names that start with \"{prefix}\" are reserved";
            }
        }

        return wireName is PrivatePrefix or PresencePrefix ? $"nothing follows the prefix \"{wireName}\"" : null;
    }

    /// <summary>What is wrong with the characters of a part of a name, or null when all are allowed.</summary>
    public static string? FindWrongCharacter(string part)
    {
        var wrong = part.AsSpan().IndexOfAnyExcept(Allowed);
        return wrong < 0
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"the character '{part[wrong]}' is not allowed; allowed are {AllowedText}");
    }

    /// <summary>Turns any text into one segment of a name; different texts give different segments.</summary>
    /// <exception cref="InvalidChannelException">It is not valid Unicode: replaced by something valid, two ids could meet.</exception>
    public static string EscapeSegment(string text)
    {
        if (text.AsSpan().IndexOfAnyExcept(KeptInSegment) < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 8);
        foreach (var octet in Utf8Of(text))
        {
            if (KeptInSegment.Contains((char)octet))
            {
                escaped.Append((char)octet);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
            }
        }

        return escaped.ToString();
    }

    private static byte[] Utf8Of(string text)
    {
        try
        {
            return StrictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new InvalidChannelException(text, "it is not valid Unicode text");
        }
    }
}
