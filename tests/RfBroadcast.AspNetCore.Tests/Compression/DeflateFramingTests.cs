using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Compression;

/// <summary>How a compressed frame looks (RFC 7692, sections 6.1 and 7.2.1), and when there is none.</summary>
public sealed class DeflateFramingTests
{
    private const byte Text = 0x81;
    private const byte DeflatedText = 0xC1;

    [Fact]
    public void Write_LongText_IsTheSpecificationsFrame()
    {
        Deflated.Deflate("Hello").Should().Equal(Deflated.Hello, "what the framing is compared with does as the specification's example");

        var frame = Write(new string('a', 1000), minBytes: 1);

        frame[0].Should().Be(DeflatedText);
        frame[1].Should().Be((byte)(frame.Length - 2), "a short, unmasked payload");
        frame[2..].Should().Equal(Deflated.Deflate(new string('a', 1000)));
    }

    [Theory]
    [InlineData(999, Text)]
    [InlineData(1000, DeflatedText)]
    [InlineData(1001, DeflatedText)]
    public void Write_Threshold_IsTheFirstLengthThatIsCompressed(int length, byte firstByte) =>
        Write(new string('a', length), minBytes: 1000)[0].Should().Be(firstByte);

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(3000)]
    [InlineData(100_000)]
    public void Write_WhatDoesNotBecomeSmaller_GoesAsItIs(int length)
    {
        var noise = new byte[length];
        new Random(7).NextBytes(noise);

        var frame = Write(noise, minBytes: 1);

        frame[0].Should().Be(Text);
        PayloadOf(frame).Should().Equal(noise);
    }

    [Theory]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Write_AnyLength_IsRestored(CompressionLevel level)
    {
        // Lengths around those where the header and the deflater's own buffers change, of text that compresses little and well.
        var random = new Random(11);
        var lengths = Enumerable.Range(1, 300)
            .Concat([.. Enumerable.Range(0, 40).Select(i => 8192 + (i * 7))])
            .Concat([16_384, 40_000, 65_535, 65_536, 70_000, 300_000, 3_000_000]);
        foreach (var length in lengths)
        {
            var letters = random.Next(2, 60);
            var text = new byte[length];
            for (var i = 0; i < length; i++)
            {
                text[i] = (byte)(' ' + random.Next(letters));
            }

            var frame = Write(text, minBytes: 1, level);

            var payload = PayloadOf(frame);
            payload.Length.Should().BeLessThanOrEqualTo(length);
            (frame[0] == DeflatedText ? Deflated.Inflate(payload) : payload).AsSpan().SequenceEqual(text).Should().BeTrue($"{length} bytes");
        }
    }

    [Fact]
    public void Write_OneAfterTheOther_EachIsAStreamOfItsOwn()
    {
        var text = string.Concat(Enumerable.Range(0, 200).Select(n => $"{{\"n\":{n}}}"));

        var first = Write(text, minBytes: 1);
        var second = Write(text, minBytes: 1);

        second.Should().Equal(first, "a connection may get any of them, and not the one before");
    }

    [Fact]
    public void Write_FromManyThreads_KeepsThemApart() => Parallel.For(0, 64, n =>
    {
        for (var i = 0; i < 50; i++)
        {
            var text = Encoding.UTF8.GetBytes(new string((char)('0' + (n % 60)), 500 + i));
            Deflated.Inflate(PayloadOf(Write(text, minBytes: 1))).Should().Equal(text);
        }
    });

    [Fact]
    public void Deflate_WhatOneConnectionAloneIsSent_IsNotCompressed()
    {
        var protocol = NativeProtocol.Deflate(new BroadcastCompressionOptions { Enabled = true, MinBytes = 1 });
        var message = new DirectMessage("1.2", "hello", Encoding.UTF8.GetBytes($"\"{new string('x', 5000)}\""), DateTimeOffset.UnixEpoch);
        var shared = new ArrayBufferWriter<byte>();
        var own = new ArrayBufferWriter<byte>();

        protocol.WriteDirect(shared, message);
        protocol.Unshared.WriteDirect(own, message);

        shared.WrittenSpan[0].Should().Be(DeflatedText);
        own.WrittenSpan[0].Should().Be(Text);
        Deflated.Inflate(PayloadOf(shared.WrittenSpan)).Should().Equal(PayloadOf(own.WrittenSpan));
        protocol.Reply.Pong($"\"{new string('x', 5000)}\"").Span[0].Should().Be(Text);
    }

    private static byte[] Write(string text, int minBytes) => Write(Encoding.UTF8.GetBytes(text), minBytes);

    private static byte[] Write(byte[] text, int minBytes, CompressionLevel level = CompressionLevel.Optimal)
    {
        var output = new ArrayBufferWriter<byte>();
        new DeflateFraming(new BroadcastCompressionOptions { Enabled = true, MinBytes = minBytes, Level = level }).Write(output, text);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] PayloadOf(ReadOnlySpan<byte> frame)
    {
        var (header, length) = frame[1] switch
        {
            126 => (4, BinaryPrimitives.ReadUInt16BigEndian(frame[2..])),
            127 => (10, (int)BinaryPrimitives.ReadUInt64BigEndian(frame[2..])),
            var small => (2, small),
        };
        frame.Length.Should().Be(header + length, "the frame ends with its payload");
        return frame[header..].ToArray();
    }
}
