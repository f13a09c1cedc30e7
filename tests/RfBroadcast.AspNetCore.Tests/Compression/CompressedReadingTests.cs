using System.IO.Compression;
using System.Text;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Compression;

/// <summary>What comes from clients that negotiated compression (RFC 7692, sections 6.2 and 7.2.2), and from some that did not.</summary>
public sealed class CompressedReadingTests
{
    private const string Ping = """{"type":"ping"}""";
    private const string Pong = """{"type":"pong"}""";

    [Fact]
    public async Task Message_InOneFrame_IsRead()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync(DeflateClient.Message(Ping));

        (await client.ReadAsync())!.Text.Should().Be(Pong);
    }

    [Fact]
    public async Task Message_Uncompressed_IsReadBesideCompressedOnes()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendTextAsync(Ping);
        await client.SendAsync([.. DeflateClient.Message(Ping), .. RawClient.Frame(0x81, Encoding.UTF8.GetBytes(Ping)), .. DeflateClient.Message(Ping)]);

        for (var i = 0; i < 4; i++)
        {
            (await client.ReadAsync())!.Text.Should().Be(Pong);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Message_InFragmentsWithPingsBetween_IsRead(int size)
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);
        var payload = Deflated.Deflate(Ping);
        var pings = 0;

        for (var at = 0; at < payload.Length; at += size)
        {
            var isLast = at + size >= payload.Length;
            var firstByte = (at == 0 ? 0x41 : 0x00) | (isLast ? 0x80 : 0x00); // only the first has RSV1
            await client.SendAsync(RawClient.Frame((byte)firstByte, payload.AsSpan(at, Math.Min(size, payload.Length - at))));
            if (!isLast)
            {
                await client.SendAsync(RawClient.Frame(0x89, [(byte)pings++]));
            }
        }

        for (var i = 0; i < pings; i++)
        {
            var pong = (await client.ReadAsync())!;
            pong.FirstByte.Should().Be(0x8A, "control frames are never compressed");
            pong.Payload.Should().Equal((byte)i);
        }

        (await client.ReadAsync())!.Text.Should().Be(Pong);
    }

    [Fact]
    public async Task Message_WithEmptyFragments_IsRead()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync([
            .. RawClient.Frame(0x41, []),
            .. RawClient.Frame(0x00, Deflated.Deflate(Ping)),
            .. RawClient.Frame(0x00, []),
            .. RawClient.Frame(0x80, [])]);

        (await client.ReadAsync())!.Text.Should().Be(Pong);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)] // blocks without compression
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.SmallestSize)]
    public async Task Message_InEveryKindOfBlock_IsRead(CompressionLevel level)
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        var text = string.Concat(Enumerable.Range(0, 10_000).Select(n => $"{n} "));
        await client.SendAsync(RawClient.Frame(0xC1, Deflated.Deflate(Encoding.UTF8.GetBytes($$"""{"action":"ping","data":"{{text}}"}"""), level)));

        (await client.ReadAsync())!.Text.Should().Contain($"\"data\":\"{text}\"");
    }

    [Fact]
    public async Task Message_InSeveralBlocks_IsRead()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync(RawClient.Frame(0xC1, [.. Deflated.Deflate("""{"type":"""), 0x00, 0x00, 0xff, 0xff, .. Deflated.Deflate("\"ping\"}")]));

        (await client.ReadAsync())!.Text.Should().Be(Pong);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x00 })]
    public async Task Message_Empty_IsABadMessageAndTheConnectionLivesOn(byte[] payload)
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync([.. RawClient.Frame(0xC1, payload), .. DeflateClient.Message(Ping)]);

        (await client.ReadAsync())!.Text.Should().Contain("bad_message");
        (await client.ReadAsync())!.Text.Should().Be(Pong);
    }

    [Fact]
    public async Task Message_ThatLeansOnTheOneBefore_Closes1007()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app); // it was answered client_no_context_takeover

        await client.SendAsync(RawClient.Frame(0xC1, Deflated.Hello));
        await client.SendAsync(RawClient.Frame(0xC1, Deflated.HelloAgain));

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1007);
        client.EndSending();
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Message_WhoseLastBlockSaysThatNothingFollows_IsRead()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync(RawClient.Frame(0xC1, [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00])); // "Hello", RFC 7692, section 7.2.3.4

        (await client.ReadAsync())!.Text.Should().Contain("bad_message", "it is text, and no JSON");
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xff, 0xff })]
    public async Task Message_ThatCannotBeInflated_Closes1007(byte[] payload)
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync(RawClient.Frame(0xC1, payload));

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1007);
        client.EndSending();
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Message_OfInvalidUtf8_Closes1007()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync(RawClient.Frame(0xC1, Deflated.Deflate([0x22, 0xff, 0xfe, 0x22])));

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1007);
        client.EndSending();
        await app.EmptyAsync();
    }

    [Theory]
    [InlineData(0xA1)] // RSV2
    [InlineData(0x91)] // RSV3
    [InlineData(0xD1)] // RSV1 and RSV3
    public async Task ReservedBits_ThatAreNotNegotiated_Close1002(byte firstByte)
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync(RawClient.Frame(firstByte, Deflated.Hello));

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1002);
        client.EndSending();
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Continuation_WithTheBitOfCompression_Closes1002()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync([.. RawClient.Frame(0x41, Deflated.Hello.AsSpan(0, 3)), .. RawClient.Frame(0xC0, Deflated.Hello.AsSpan(3))]);

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1002);
        client.EndSending();
        await app.EmptyAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CompressedMessage_WithoutNegotiation_Closes1002(bool isEnabled)
    {
        await using var app = await DeflateClient.StartAppAsync(options => options.Compression.Enabled = isEnabled);
        using var client = await DeflateClient.ConnectRawAsync(app.Address, "/ws", offer: isEnabled ? null : DeflateClient.Offer);
        await client.ReadToAsync("connected");

        await client.SendAsync(DeflateClient.Message(Ping));

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1002);
        client.EndSending();
        await app.EmptyAsync();
    }

    [Fact]
    public async Task BinaryMessage_Compressed_Closes4003()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync(RawClient.Frame(0xC2, Deflated.Deflate(Ping)));

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(4003);
        client.EndSending();
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Client_ThatVanishesWithinAMessage_IsForgotten()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);

        await client.SendAsync(RawClient.Frame(0x41, Deflated.Hello.AsSpan(0, 3)));
        client.Reset();

        await app.EmptyAsync();
    }

    private static async Task<RawClient> ConnectAsync(BroadcastApp app)
    {
        var client = await DeflateClient.ConnectRawAsync(app.Address, "/ws");
        client.Answer.Should().Contain("Sec-WebSocket-Extensions: permessage-deflate;");
        await client.ReadToAsync("connected");
        return client;
    }
}
