using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>What the native protocol adds: it takes no bytes, and no text over a limit.</summary>
internal static class ProtocolCases
{
    public const int MaxMessageBytes = 4096;

    public const string Text = """{"type":"ping","id":"µ"}""";

    public static readonly string Pong = Answer.Text("""{"type":"pong","id":"µ"}""");

    public static IReadOnlyList<ConformanceCase> All { get; } = [.. new FramingCases(Text, Pong).All, .. Binary, .. TooBig];

    private static byte[] Padded(int length) => Encoding.UTF8.GetBytes(Text[..^1].PadRight(length - 2) + "}"); // µ is two bytes

    private static IEnumerable<ConformanceCase> Binary =>
    [
        new("binary: empty", Frames.Binary(), Answer.Close(4003)),
        new("binary: one frame", Frames.Binary(1, 2, 3), Answer.Close(4003)),
        new("binary: the first of some fragments", Frames.Frame(Frames.BinaryCode, [1, 2, 3], isFinal: false), Answer.Close(4003)),
        new("binary: by the header of one that is too big", Frames.Header(Frames.BinaryCode, 1L << 40), Answer.Close(4003)) { NeedsFrames = true, IsCutShort = true },
        new("binary: behind a text", [.. Frames.Text(Text), .. Frames.Binary(1)], Pong, Answer.Close(4003)),
    ];

    private static IEnumerable<ConformanceCase> TooBig
    {
        get
        {
            const int Most = MaxMessageBytes;
            const string Name = "too big: ";
            var far = new byte[Most + 1];
            var tooBig = Answer.Close(1009);
            return
            [
                new("size: the most there may be", Frames.Frame(Frames.TextCode, Padded(Most)), Pong),
                new("size: the most there may be, in fragments", Frames.Message(Frames.TextCode, Padded(Most), size: 997), Pong),
                new("size: the most there may be, twice", [.. Frames.Frame(Frames.TextCode, Padded(Most)), .. Frames.Frame(Frames.TextCode, Padded(Most))], Pong, Pong),
                new(Name + "one byte more", Frames.Frame(Frames.TextCode, Padded(Most + 1)), tooBig),
                new(Name + "one byte more, behind a text", [.. Frames.Text(Text), .. Frames.Frame(Frames.TextCode, Padded(Most + 1))], Pong, tooBig),
                new(Name + "fragments that add up", Frames.Message(Frames.TextCode, Padded(Most + 1), size: 1000), tooBig),
                new(Name + "fragments that never end", Frames.Message(Frames.TextCode, Padded(4 * Most), size: 1000)[..(2 * Most)], tooBig) { IsCutShort = true },
                new(Name + "by the header of 16 bits alone", Frames.Header(Frames.TextCode, Most + 1), tooBig) { NeedsFrames = true, IsCutShort = true },
                new(Name + "by the header of 64 bits alone", Frames.Header(Frames.TextCode, 1L << 40), tooBig) { NeedsFrames = true, IsCutShort = true },
                new(Name + "by a header of 64 bits that means less", [0x81, 0xFF, 0, 0, 0, 1, 0, 0, 0, 5, 1, 2, 3, 4], tooBig) { NeedsFrames = true, IsCutShort = true },
                new(Name + "by the header of the largest length", Frames.Header(Frames.TextCode, long.MaxValue), tooBig) { NeedsFrames = true, IsCutShort = true },
                new(
                    Name + "by the header of a fragment that adds up",
                    [.. Frames.Frame(Frames.TextCode, far[..3000], isFinal: false), .. Frames.Ping("between"), .. Frames.Header(Frames.Continuation, Most - 2999)],
                    Answer.Pong("between"),
                    tooBig) { NeedsFrames = true, IsCutShort = true },
                new(Name + "and the payload comes all the same", [.. Frames.Frame(Frames.TextCode, far), .. Frames.Text(Text)], tooBig),
                new("size: with the highest bit of 64 set", Frames.Header(Frames.TextCode, ulong.MaxValue), Answer.Close(1002)) { NeedsFrames = true, IsCutShort = true },
            ];
        }
    }
}
