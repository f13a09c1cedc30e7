namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>Bytes that are no UTF-8 (RFC 3629; the Unicode standard, table 3-7), and why.</summary>
internal static class Utf8Cases
{
    public static IReadOnlyList<(string Name, byte[] Bytes)> Invalid { get; } =
    [
        ("a byte that never occurs (FE)", [0xFE]),
        ("a byte that never occurs (FF)", [0x61, 0xFF, 0x62]),
        ("a continuation of nothing", [0x80]),
        ("many continuations of nothing", [0x61, 0xBF, 0x80, 0xBF]),
        ("a start of two with nothing behind it", [0xC3]),
        ("a start of two and no continuation", [0xC3, 0x28]),
        ("a start of three with one continuation", [0xE2, 0x82]),
        ("a start of three and no second continuation", [0xE2, 0x82, 0x28]),
        ("a start of four with two continuations", [0xF0, 0x90, 0x80]),
        ("a start of four and no third continuation", [0xF0, 0x90, 0x80, 0x28]),
        ("starts of all lengths, each cut", [0xC3, 0xE2, 0x82, 0xF0, 0x90, 0x80]),
        ("overlong in two bytes", [0xC0, 0xAF]),
        ("overlong in two bytes, the largest", [0xC1, 0xBF]),
        ("overlong in three bytes", [0xE0, 0x80, 0xAF]),
        ("overlong in three bytes, the largest", [0xE0, 0x9F, 0xBF]),
        ("overlong in four bytes", [0xF0, 0x80, 0x80, 0xAF]),
        ("overlong in four bytes, the largest", [0xF0, 0x8F, 0xBF, 0xBF]),
        ("an overlong zero", [0xC0, 0x80]),
        ("the first surrogate", [0xED, 0xA0, 0x80]),
        ("the last surrogate", [0xED, 0xBF, 0xBF]),
        ("a pair of surrogates", [0xED, 0xA0, 0x81, 0xED, 0xB0, 0xB7]),
        ("above the last code point", [0xF4, 0x90, 0x80, 0x80]),
        ("far above the last code point", [0xF7, 0xBF, 0xBF, 0xBF]),
        ("a sequence of five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]),
        ("a sequence of six bytes", [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80]),
        ("behind a long valid text", [.. "Hello-ключ-日本-"u8, 0xED, 0xA0, 0x80, .. "edited"u8]),
    ];

    /// <summary>Texts at the edges of what is allowed.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Valid { get; } =
    [
        ("nothing", []),
        ("the lowest of one byte, but zero", [0x01]),
        ("zero", [0x00]),
        ("the highest of one byte", [0x7F]),
        ("the lowest of two bytes", [0xC2, 0x80]),
        ("the highest of two bytes", [0xDF, 0xBF]),
        ("the lowest of three bytes", [0xE0, 0xA0, 0x80]),
        ("the last before the surrogates", [0xED, 0x9F, 0xBF]),
        ("the first after the surrogates", [0xEE, 0x80, 0x80]),
        ("the replacement character", [0xEF, 0xBF, 0xBD]),
        ("a non-character", [0xEF, 0xBF, 0xBE]),
        ("the highest of three bytes", [0xEF, 0xBF, 0xBF]),
        ("the lowest of four bytes", [0xF0, 0x90, 0x80, 0x80]),
        ("the last code point", [0xF4, 0x8F, 0xBF, 0xBF]),
        ("many alphabets", [.. "Hello-µ@ßöäüàá-UTF-8!! ключ 日本語 𐐷"u8]),
    ];
}
