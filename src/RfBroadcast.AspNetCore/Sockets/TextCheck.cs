using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace RfBroadcast.AspNetCore;

/// <summary>Checks a text as it grows: that it is UTF-8, or can still become it (RFC 6455, section 8.1). No byte is looked at twice.</summary>
internal struct TextCheck
{
    private const int LongestCharacter = 4;

    private int _checked;

    /// <summary>Whether what is there is valid, but for a last character whose end may still come.</summary>
    public bool MayBecomeValid(ReadOnlySpan<byte> text)
    {
        var rest = text[_checked..];
        for (var end = rest.Length - 1; end >= 0 && end > rest.Length - LongestCharacter; end--)
        {
            if ((rest[end] & 0xC0) == 0x80)
            {
                continue; // in the middle of a character
            }

            rest = Rune.DecodeFromUtf8(rest[end..], out _, out _) == OperationStatus.NeedMoreData ? rest[..end] : rest;
            break;
        }

        _checked += rest.Length;
        return Utf8.IsValid(rest);
    }

    /// <summary>Whether the whole is valid; the next text starts anew.</summary>
    public bool IsValid(ReadOnlySpan<byte> text)
    {
        var rest = text[_checked..];
        _checked = 0;
        return Utf8.IsValid(rest);
    }
}
