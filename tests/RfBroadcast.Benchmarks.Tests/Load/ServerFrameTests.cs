namespace RfBroadcast.Benchmarks.Tests.Load;

public sealed class ServerFrameTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65535, 4)]
    [InlineData(65536, 10)]
    public void TryRead_OfFramesOfAllSizes_NeedsTheirLastByte(int length, int header)
    {
        byte[] bytes = header switch
        {
            2 => [0x81, (byte)length],
            4 => [0x81, 126, (byte)(length >> 8), (byte)length],
            _ => [0x81, 127, 0, 0, 0, 0, 0, (byte)(length >> 16), (byte)(length >> 8), (byte)length],
        };
        bytes = [.. bytes, .. new byte[length]];

        for (var cut = Math.Max(0, bytes.Length - 20); cut < bytes.Length; cut++)
        {
            ServerFrame.TryRead(bytes.AsSpan(0, cut), out _).Should().BeFalse();
        }

        ServerFrame.TryRead([.. bytes, 0x81, 0x00], out var frame).Should().BeTrue();
        frame.Should().Be(new ServerFrame(ServerFrame.Text, IsFinal: true, IsDeflated: false, header, length));
        frame.Length.Should().Be(bytes.Length);
    }

    [Fact]
    public void TryRead_OfAFragment_SaysSo()
    {
        ServerFrame.TryRead([0x01, 1, 7], out var first).Should().BeTrue();
        ServerFrame.TryRead([0x80, 1, 7], out var last).Should().BeTrue();

        first.Should().Be(new ServerFrame(ServerFrame.Text, IsFinal: false, IsDeflated: false, 2, 1));
        last.Should().Be(new ServerFrame(ServerFrame.Continuation, IsFinal: true, IsDeflated: false, 2, 1));
    }

    [Fact]
    public void TryRead_OfACompressedMessage_SaysSo()
    {
        ServerFrame.TryRead([0xc1, 1, 7], out var frame).Should().BeTrue();

        frame.Should().Be(new ServerFrame(ServerFrame.Text, IsFinal: true, IsDeflated: true, 2, 1));
    }

    [Theory]
    [InlineData(0xa1, 0x01)]
    [InlineData(0x91, 0x01)]
    [InlineData(0x81, 0x81)]
    public void TryRead_OfReservedBitsOrAMask_Throws(byte first, byte second)
    {
        var read = () => ServerFrame.TryRead([first, second], out _);

        read.Should().Throw<InvalidDataException>();
    }
}
