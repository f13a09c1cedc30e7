using RfBroadcast.AspNetCore.Tests.Conformance;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

public sealed class ClientFramesTests
{
    private const int Most = 1000;

    public static TheoryData<string, byte[], int> Headers => new()
    {
        { "text", Frames.Header(Frames.TextCode, Most), 0 },
        { "large text", Frames.Header(Frames.TextCode, Most + 1), 1009 },
        { "large bytes", Frames.Header(Frames.BinaryCode, 70_000), 1009 },
        { "compressed, as large as what does not shrink", Frames.Header(Frames.TextCode, Most + 5, reserved: 4), 0 },
        { "compressed, large", Frames.Header(Frames.TextCode, Most + 200, reserved: 4), 1009 },
        { "compressed, in fragments", [.. Frames.Frame(Frames.TextCode, new byte[Most], isFinal: false, reserved: 4), .. Frames.Header(Frames.Continuation, 5)], 0 },
        { "not compressed, behind a compressed one", [.. Frames.Frame(Frames.TextCode, [1], reserved: 4), .. Frames.Header(Frames.TextCode, Most + 5)], 1009 },
        { "the largest length", Frames.Header(Frames.TextCode, long.MaxValue), 1009 },
        { "two of the largest length", [.. Frames.Frame(Frames.TextCode, new byte[9], isFinal: false), .. Frames.Header(Frames.Continuation, long.MaxValue)], 1009 },
        { "a length with the highest bit", Frames.Header(Frames.TextCode, 1UL << 63), 1002 },
        { "not masked", Frames.Header(Frames.TextCode, 0, isMasked: false), 1002 },
        { "long ping", Frames.Header(Frames.PingCode, 126), 1002 },
        { "fragments that fit", Frames.Message(Frames.TextCode, new byte[Most], size: 100), 0 },
        { "fragments that do not", Frames.Message(Frames.TextCode, new byte[Most + 1], size: 100), 1009 },
        { "messages that fit, one by one", [.. Frames.Frame(Frames.TextCode, new byte[Most]), .. Frames.Frame(Frames.TextCode, new byte[Most])], 0 },
        { "a ping does not count", [.. Frames.Frame(Frames.TextCode, new byte[Most], isFinal: false), .. Frames.Ping("x"), .. Frames.Frame(Frames.Continuation, [])], 0 },
        { "the first fault counts", [.. Frames.Header(Frames.TextCode, 0, isMasked: false), .. Frames.Header(Frames.TextCode, Most + 1)], 1002 },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Walk_InPiecesOfAnySize_FindsTheFault(string what, byte[] bytes, int fault)
    {
        for (var size = 1; size <= bytes.Length; size++)
        {
            Walk(bytes, size).Fault.Should().Be(fault, what);
        }
    }

    [Fact]
    public void Walk_InPiecesOfAnySize_FindsTheCloseAndWhatItSays()
    {
        byte[] bytes =
        [
            .. Frames.Text("hello"), .. Frames.Message(Frames.TextCode, new byte[400], size: 130), .. Frames.Ping("1234"),
            .. Frames.Close(4000, "goodbye"), .. Frames.Close(1000, "not looked at"),
        ];
        for (var size = 1; size <= bytes.Length; size++)
        {
            var frames = Walk(bytes, size);
            frames.HasClose.Should().BeTrue();
            frames.Close!.Value.ToArray().Should().Equal([0x0F, 0xA0, .. "goodbye"u8]);
        }
    }

    [Fact]
    public void Walk_ToTheMiddleOfAClose_KnowsThatItComes()
    {
        var frames = new ClientFrames(Most);
        frames.Walk(Frames.Close(1000, "goodbye").AsSpan()[..^1]);

        frames.HasClose.Should().BeTrue();
        frames.Close.Should().BeNull();
    }

    [Fact]
    public void Walk_OverACloseWithoutPayload_GivesNone()
    {
        var frames = Walk(Frames.Frame(Frames.CloseCode, []), size: 1);

        frames.Close.Should().NotBeNull();
        frames.Close!.Value.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Walk_OverWhatAClientSendsAllTheTime_DoesNotAllocate()
    {
        var frames = new ClientFrames(Most);
        byte[] bytes = [.. Frames.Text("""{"type":"ping"}"""), .. Frames.Ping("1234"), .. Frames.Message(Frames.TextCode, new byte[400], size: 130)];
        frames.Walk(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            frames.Walk(bytes);
        }

        GC.GetAllocatedBytesForCurrentThread().Should().Be(before);
    }

    private static ClientFrames Walk(byte[] bytes, int size)
    {
        var frames = new ClientFrames(Most);
        for (var start = 0; start < bytes.Length; start += size)
        {
            frames.Walk(bytes.AsSpan(start, Math.Min(size, bytes.Length - start)));
        }

        return frames;
    }
}
