using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>
/// What any server must do with frames, whatever the messages mean: framing, pings, reserved bits, opcodes, fragments, the
/// encoding of texts, and closing (RFC 6455, sections 5 to 8).
/// </summary>
/// <param name="text">A text that is answered.</param>
/// <param name="answer">The answer.</param>
internal sealed class FramingCases(string text, string answer)
{
    private readonly byte[] _text = Encoding.UTF8.GetBytes(text);

    public IEnumerable<ConformanceCase> All =>
        [.. Texts, .. Pings, .. Reserved, .. Opcodes, .. Masks, .. Fragmented, .. BrokenFragments, .. Utf8, .. Closes, .. BrokenCloses];

    private static string Broken => Answer.Close(1002);

    private static string BadText => Answer.Close(1007);

    private IEnumerable<ConformanceCase> Texts =>
    [
        new("text: one frame", Frames.Text(text), answer),
        new("text: several in one piece", [.. Frames.Text(text), .. Frames.Text(text), .. Frames.Text(text)], answer, answer, answer),
        new("text: the length in more bytes than it needs", [0x81, 0xFE, 0, (byte)_text.Length, 0, 0, 0, 0, .. _text], answer),
    ];

    private IEnumerable<ConformanceCase> Pings =>
    [
        new("ping: without payload", Frames.Ping(), Answer.Pong()),
        new("ping: with a text", Frames.Ping("hello"), Answer.Pong("hello")),
        new("ping: with bytes that are no text", Frames.Frame(Frames.PingCode, [0x00, 0xFF, 0xFE, 0xFD, 0xFC]), "pong \0\u00ff\u00fe\u00fd\u00fc"),
        new("ping: with 125 bytes", Frames.Ping(new string('p', 125)), Answer.Pong(new string('p', 125))),
        new("ping: with 126 bytes", Frames.Ping(new string('p', 126)), Broken),
        new("ping: ten in one piece", [.. Enumerable.Range(0, 10).SelectMany(i => Frames.Ping($"{i}"))], [.. Enumerable.Range(0, 10).Select(i => Answer.Pong($"{i}"))]),
        new("pong: that nobody asked for", [.. Frames.Pong(), .. Frames.Pong("unasked"), .. Frames.Ping("asked")], Answer.Pong("asked")),
        new("pong: with 126 bytes", Frames.Pong(new string('p', 126)), Broken),
    ];

    private IEnumerable<ConformanceCase> Reserved =>
    [
        .. Enumerable.Range(1, 7).Select(bits => new ConformanceCase($"reserved bits {bits}: text", Frames.Frame(Frames.TextCode, _text, reserved: bits), Broken)),
        .. Enumerable.Range(1, 7).Select(bits => new ConformanceCase($"reserved bits {bits}: ping", Frames.Frame(Frames.PingCode, [], reserved: bits), Broken)),
        .. Enumerable.Range(1, 7).Select(bits => new ConformanceCase($"reserved bits {bits}: close", Frames.Frame(Frames.CloseCode, [3, 232], reserved: bits), Broken) { ClientCloses = true }),
        new("reserved bits: behind a text", [.. Frames.Text(text), .. Frames.Frame(Frames.TextCode, _text, reserved: 2), .. Frames.Ping()], answer, Broken),
    ];

    private IEnumerable<ConformanceCase> Opcodes =>
    [
        .. new[] { 0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF }.SelectMany(code => new ConformanceCase[]
        {
            new($"opcode {code:X}: empty", Frames.Frame(code, []), Broken),
            new($"opcode {code:X}: with payload", Frames.Frame(code, _text), Broken),
            new($"opcode {code:X}: between texts", [.. Frames.Text(text), .. Frames.Frame(code, _text), .. Frames.Ping()], answer, Broken),
        }),
    ];

    private IEnumerable<ConformanceCase> Masks =>
    [
        new("unmasked: text", Frames.Frame(Frames.TextCode, _text, isMasked: false), Broken),
        new("unmasked: empty text", Frames.Frame(Frames.TextCode, [], isMasked: false), Broken) { NeedsFrames = true },
        new("unmasked: ping", Frames.Frame(Frames.PingCode, [], isMasked: false), Broken) { NeedsFrames = true },
        new("unmasked: close", Frames.Frame(Frames.CloseCode, [3, 232], isMasked: false), Broken) { ClientCloses = true, NeedsFrames = true },
        new("unmasked: second fragment", [.. Frames.Frame(Frames.TextCode, _text[..2], isFinal: false), .. Frames.Frame(Frames.Continuation, _text[2..], isMasked: false)], Broken),
    ];

    private IEnumerable<ConformanceCase> Fragmented =>
    [
        new("fragments: two", Frames.Fragments(Frames.TextCode, _text[..3], _text[3..]), answer),
        new("fragments: one byte each", Frames.Message(Frames.TextCode, _text, size: 1), answer),
        new("fragments: empty ones among them", Frames.Fragments(Frames.TextCode, [], _text[..3], [], _text[3..], []), answer),
        new(
            "fragments: pings between them",
            [
                .. Frames.Frame(Frames.TextCode, _text[..3], isFinal: false), .. Frames.Ping("one"),
                .. Frames.Frame(Frames.Continuation, _text[3..5], isFinal: false), .. Frames.Ping("two"), .. Frames.Pong("unasked"),
                .. Frames.Frame(Frames.Continuation, _text[5..]),
            ],
            Answer.Pong("one"),
            Answer.Pong("two"),
            answer),
        new(
            "fragments: a close between them",
            [.. Frames.Frame(Frames.TextCode, _text[..3], isFinal: false), .. Frames.Close(1001)],
            Answer.Close(1001)) { ClientCloses = true },
    ];

    private IEnumerable<ConformanceCase> BrokenFragments =>
    [
        new("fragments: of a ping", [.. Frames.Frame(Frames.PingCode, [1], isFinal: false), .. Frames.Frame(Frames.Continuation, [2])], Broken),
        new("fragments: of a pong", [.. Frames.Frame(Frames.PongCode, [1], isFinal: false), .. Frames.Frame(Frames.Continuation, [2])], Broken),
        new("fragments: of a close", Frames.Frame(Frames.CloseCode, [3, 232], isFinal: false), Broken) { ClientCloses = true },
        new("continuation: final, of nothing", [.. Frames.Frame(Frames.Continuation, _text), .. Frames.Text(text)], Broken),
        new("continuation: not final, of nothing", [.. Frames.Frame(Frames.Continuation, _text, isFinal: false), .. Frames.Text(text)], Broken),
        new("continuation: empty, of nothing", Frames.Frame(Frames.Continuation, []), Broken),
        new("continuation: behind a whole text", [.. Frames.Text(text), .. Frames.Frame(Frames.Continuation, _text)], answer, Broken),
        new(
            "continuation: behind a whole text in fragments",
            [.. Frames.Fragments(Frames.TextCode, _text[..3], _text[3..]), .. Frames.Frame(Frames.Continuation, _text, isFinal: false)],
            answer,
            Broken),
        new("fragments: a text between them", [.. Frames.Frame(Frames.TextCode, _text[..3], isFinal: false), .. Frames.Text(text)], Broken),
        new("fragments: a text in fragments between them", [.. Frames.Frame(Frames.TextCode, _text, isFinal: false), .. Frames.Frame(Frames.TextCode, _text, isFinal: false)], Broken),
        new("fragments: bytes between them", [.. Frames.Frame(Frames.TextCode, _text[..3], isFinal: false), .. Frames.Binary(1, 2, 3)], Broken),
    ];

    private static IEnumerable<ConformanceCase> Utf8 =>
    [
        .. Utf8Cases.Invalid.Select(bad => new ConformanceCase($"UTF-8: {bad.Name}", Frames.Frame(Frames.TextCode, bad.Bytes), BadText)),
        .. Utf8Cases.Invalid.Where(bad => bad.Bytes.Length > 1).Select(bad =>
            new ConformanceCase($"UTF-8: {bad.Name}, in fragments of one byte", Frames.Message(Frames.TextCode, bad.Bytes, size: 1), BadText)),
        .. Utf8Cases.Invalid.Select(bad => new ConformanceCase($"UTF-8: {bad.Name}, as the reason of a close", Frames.Close(1000, bad.Bytes), BadText)
        {
            ClientCloses = true,
            AnswersOfForeignSocket = [Broken],
        }),
        new("UTF-8: fails before the message ends", Frames.Frame(Frames.TextCode, [(byte)'a', 0xFF], isFinal: false), BadText),
    ];

    private static IEnumerable<ConformanceCase> Closes =>
    [
        .. new[] { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999 }.Select(code =>
            new ConformanceCase($"close: {code} is answered with it", Frames.Close(code), Answer.Close(code)) { ClientCloses = true }),
        new("close: without a code", Frames.Frame(Frames.CloseCode, []), Answer.Close(1005)) { ClientCloses = true, AnswersOfForeignSocket = [Answer.Close(1000)] },
        new("close: with a reason", Frames.Close(1000, "goodbye"), Answer.Close(1000)) { ClientCloses = true },
        new("close: with a reason of 123 bytes", Frames.Close(4000, new string('r', 123)), Answer.Close(4000)) { ClientCloses = true },
        new("close: with a reason in many alphabets", Frames.Close(1000, "Hello-µ@ßöä-ключ-日本-𐐷"), Answer.Close(1000)) { ClientCloses = true },
        new("close: twice", [.. Frames.Close(1000), .. Frames.Close(1001)], Answer.Close(1000)) { ClientCloses = true },
        new("close: and a ping behind it", [.. Frames.Close(1000), .. Frames.Ping("late")], Answer.Close(1000)) { ClientCloses = true },
        new("close: and a text behind it", [.. Frames.Close(1000), .. Frames.Text("late")], Answer.Close(1000)) { ClientCloses = true },
        new("close: and a broken frame behind it", [.. Frames.Close(1000), 0xFF, 0xFF, 0xFF, 0xFF], Answer.Close(1000)) { ClientCloses = true },
    ];

    private static IEnumerable<ConformanceCase> BrokenCloses =>
    [
        new("close: one byte", Frames.Frame(Frames.CloseCode, [3]), Broken) { ClientCloses = true },
        new("close: 126 bytes", Frames.Close(1000, new string('r', 124)), Broken) { ClientCloses = true },
        .. new[] { 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535 }.Select(code =>
            new ConformanceCase($"close: {code}, which may not be sent", Frames.Close(code), Broken) { ClientCloses = true }),
    ];
}
