using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

public sealed class PongWatchTests
{
    private static readonly byte[] Payload = [0x01, 0x02, 0x03, 0x04, 0xF5, 0xF6, 0xF7, 0xF8];
    private const long Number = 0x01020304_F5F6F7F8;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void TryFind_PongsAmongOtherFramesCutAnywhere_FindsEach(int piece)
    {
        byte[] stream =
        [
            .. RawClient.Frame(0x81, new byte[5]),
            .. RawClient.Frame(0x8A, Payload),
            .. RawClient.Frame(0x82, new byte[300]),
            .. RawClient.Frame(0x8A, new byte[4]), // of another length: not one of ours
            .. RawClient.Frame(0x01, new byte[70_000]), // fragments, with a pong between
            .. RawClient.Frame(0x8A, Payload),
            .. RawClient.Frame(0x80, []),
            .. RawClient.Frame(0x8A, Payload),
        ];

        FindAll(stream, piece).Should().Equal(Number, Number, Number);
    }

    [Fact]
    public void TryFind_LengthOf16Bits_IsSkipped()
    {
        byte[] medium = [0x82, 0x80 | 126, 0x01, 0x00, 1, 2, 3, 4, .. new byte[256]];

        FindAll([.. medium, .. RawClient.Frame(0x8A, Payload)], piece: 5).Should().Equal(Number);
    }

    [Fact]
    public void TryFind_UnmaskedOrLookalikeInsideAPayload_IsNoPong()
    {
        var inside = RawClient.Frame(0x8A, Payload);
        byte[] text = [0x81, 0x80 | 14, 0, 0, 0, 0, .. inside];
        byte[] unmasked = [0x8A, 8, .. Payload];

        FindAll([.. text, .. unmasked], piece: 3).Should().BeEmpty();
    }

    private static List<long> FindAll(byte[] stream, int piece)
    {
        var watch = new PongWatch();
        var found = new List<long>();
        foreach (var chunk in stream.Chunk(piece))
        {
            ReadOnlySpan<byte> rest = chunk;
            while (watch.TryFind(ref rest, out var payload))
            {
                found.Add(payload);
            }
        }

        return found;
    }
}
