using System.Globalization;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>
/// What an echo must do with messages of both kinds, at all lengths that are written differently, and in fragments of all
/// sizes: in the order of the groups by which the Autobahn test suite goes through the protocol, beside <see cref="FramingCases"/>.
/// </summary>
internal static class EchoCases
{
    private const string Text = "Hello-µ@ßöäüàá-UTF-8!!";

    private const int Megabyte = 1024 * 1024;

    /// <summary>The small ones.</summary>
    public static IReadOnlyList<ConformanceCase> Small { get; } =
        [.. new FramingCases(Text, Answer.Text(Text)).All, .. Lengths, .. Utf8, .. Mixed];

    /// <summary>The ones that take their time.</summary>
    public static IReadOnlyList<ConformanceCase> Large { get; } = [.. Limits, .. LargeFragments, .. TooLarge];

    private static byte[] Letters(int length)
    {
        var text = new byte[length];
        for (var i = 0; i < length; i++)
        {
            text[i] = (byte)('a' + (i % 26));
        }

        return text;
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 31) + (i >> 8));
        }

        return bytes;
    }

    private static string Name(string what, int length) => string.Create(CultureInfo.InvariantCulture, $"{what}: {length} bytes");

    /// <summary>Lengths at the edges of the three ways to write one (framing).</summary>
    private static IEnumerable<ConformanceCase> Lengths => new[] { 0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537 }.SelectMany(length => new ConformanceCase[]
    {
        new(Name("text", length), Frames.Frame(Frames.TextCode, Letters(length)), Answer.Text(Letters(length))),
        new(Name("binary", length), Frames.Frame(Frames.BinaryCode, Bytes(length)), Answer.Binary(Bytes(length))),
        new(Name("binary in fragments of 997", length), Frames.Message(Frames.BinaryCode, Bytes(length), size: 997), Answer.Binary(Bytes(length))),
    });

    /// <summary>Texts at the edges of UTF-8, whole, and cut inside every character (handling of UTF-8).</summary>
    private static IEnumerable<ConformanceCase> Utf8 => Utf8Cases.Valid.SelectMany(good => new ConformanceCase[]
    {
        new($"UTF-8: {good.Name}", Frames.Frame(Frames.TextCode, good.Bytes), Answer.Text(good.Bytes)),
        new($"UTF-8: {good.Name}, in fragments of one byte", Frames.Message(Frames.TextCode, good.Bytes, size: 1), Answer.Text(good.Bytes)),
    });

    private static IEnumerable<ConformanceCase> Mixed =>
    [
        new(
            "mixed: texts, bytes and pings in one piece",
            [.. Frames.Text("one"), .. Frames.Binary(2, 0xFF), .. Frames.Ping("three"), .. Frames.Fragments(Frames.TextCode, [.. "fo"u8], [.. "ur"u8]), .. Frames.Binary()],
            Answer.Text("one"),
            Answer.Binary([2, 0xFF]),
            Answer.Pong("three"),
            Answer.Text("four"),
            Answer.Binary([])),
        new("mixed: bytes that are no text", Frames.Message(Frames.BinaryCode, [0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80], size: 2), Answer.Binary([0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80])),
        new("mixed: a text between fragments of bytes", [.. Frames.Frame(Frames.BinaryCode, [1], isFinal: false), .. Frames.Text("text")], Answer.Close(1002)),
        new(
            "mixed: a thousand small ones in one piece",
            [.. Enumerable.Range(0, 1000).SelectMany(i => Frames.Text(string.Create(CultureInfo.InvariantCulture, $"{i}")))],
            [.. Enumerable.Range(0, 1000).Select(i => Answer.Text(string.Create(CultureInfo.InvariantCulture, $"{i}")))]),
        new(
            "mixed: a large text, then a close",
            [.. Frames.Frame(Frames.TextCode, Letters(262_144)), .. Frames.Close(1000)],
            Answer.Text(Letters(262_144)),
            Answer.Close(1000)) { ClientCloses = true },
    ];

    /// <summary>Large messages (limits and performance).</summary>
    private static IEnumerable<ConformanceCase> Limits => new[] { Megabyte / 4, Megabyte, 4 * Megabyte, 16 * Megabyte }.SelectMany(length => new ConformanceCase[]
    {
        new(Name("large text", length), Frames.Frame(Frames.TextCode, Letters(length)), Answer.Text(Letters(length))),
        new(Name("large binary", length), Frames.Frame(Frames.BinaryCode, Bytes(length)), Answer.Binary(Bytes(length))),
    });

    /// <summary>The same in fragments (limits and performance; fragments made by the sender).</summary>
    private static IEnumerable<ConformanceCase> LargeFragments => new[] { 64, 256, 1300, 4096, 65_536, Megabyte }.SelectMany(size => new ConformanceCase[]
    {
        new(Name("text of 4 MB in fragments", size), Frames.Message(Frames.TextCode, Letters(4 * Megabyte), size), Answer.Text(Letters(4 * Megabyte))),
        new(Name("binary of 4 MB in fragments", size), Frames.Message(Frames.BinaryCode, Bytes(4 * Megabyte), size), Answer.Binary(Bytes(4 * Megabyte))),
    });

    private static IEnumerable<ConformanceCase> TooLarge =>
    [
        new(Name("too large", (16 * Megabyte) + 1), Frames.Frame(Frames.BinaryCode, Bytes((16 * Megabyte) + 1)), Answer.Close(1009)),
        new("too large: in fragments", Frames.Message(Frames.BinaryCode, Bytes((16 * Megabyte) + 1), size: Megabyte), Answer.Close(1009)),
    ];

    /// <summary>A text of a length that says something, for what is compressed.</summary>
    public static string Prose(int length)
    {
        var text = new StringBuilder(length + 40);
        for (var i = 0; text.Length < length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{{\"number\":{i},\"name\":\"µ-{i % 17}\"}}");
        }

        return text.ToString(0, length);
    }
}
