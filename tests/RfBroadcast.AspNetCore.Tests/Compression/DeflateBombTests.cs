using System.IO.Compression;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Compression;

/// <summary>Small messages that inflate to large ones. Alone, because they count what the process allocates.</summary>
[Collection(AloneCollection.Name)]
public sealed class DeflateBombTests
{
    private const int Inflated = 50_000_000; // deflated it is within the bound, so that only inflating shows it

    private static readonly Lazy<byte[]> Payload = new(MakeBomb);

    [Theory]
    [InlineData(0xC1, 1009)]
    [InlineData(0xC2, 4003)] // binary messages are none of the protocol, whatever their size
    public async Task Bomb_InOneFrame_ClosesAndTakesNoMemory(byte firstByte, int code)
    {
        var frame = RawClient.Frame(firstByte, Payload.Value);
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await client.SendAsync(frame);

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(code);
        client.EndSending();
        await app.EmptyAsync();
        (GC.GetTotalAllocatedBytes(precise: true) - before).Should().BeLessThan(4_000_000, "the bound is 64 KiB, and the frame itself has {0} bytes", frame.Length);
    }

    [Fact]
    public async Task Bomb_InFragments_IsNotInflatedAfterItsClose()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await ConnectAsync(app);
        await client.SendAsync(RawClient.Frame(0x41, Payload.Value.AsSpan(0, 500)));
        await client.SendAsync(RawClient.Frame(0x80, Payload.Value.AsSpan(500, 500)));
        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1009);

        // Inflating this would fail.
        await client.SendAsync(RawClient.Frame(0xC1, [0xff, 0xff, 0xff, 0xff]));
        client.EndSending();

        await app.EmptyAsync();
        app.Logs.All.Where(log => log.Id == 2002).Should().ContainSingle().Which.Message.Should().EndWith("ended: closed");
    }

    [Fact]
    public async Task Message_OfExactlyTheBound_IsRead()
    {
        await using var app = await DeflateClient.StartAppAsync(options => options.MaxMessageBytes = 5000);
        using var client = await ConnectAsync(app);
        var text = """{"type":"ping"}""".PadRight(5000);

        await client.SendAsync(DeflateClient.Message(text));
        (await client.ReadAsync())!.Text.Should().Be("""{"type":"pong"}""");
        await client.SendAsync(DeflateClient.Message(text + " "));

        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(1009);
        client.EndSending();
        await app.EmptyAsync();
    }

    private static async Task<RawClient> ConnectAsync(BroadcastApp app)
    {
        var client = await DeflateClient.ConnectRawAsync(app.Address, "/ws");
        await client.ReadToAsync("connected");
        return client;
    }

    private static byte[] MakeBomb()
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            var spaces = new byte[1_000_000];
            spaces.AsSpan().Fill((byte)' '); // which JSON may start with
            for (var i = 0; i < Inflated / spaces.Length; i++)
            {
                deflate.Write(spaces);
            }

            deflate.Flush();
        }

        return output.ToArray();
    }
}
