using System.Net.WebSockets;
using System.Text;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>The library's upgrade, reader and writer with messages of both kinds, up to 16 MB, on every way out.</summary>
public sealed class EchoConformanceTests(EchoServers servers) : IClassFixture<EchoServers>
{
    public static TheoryData<WayOut, string> Small => ConformanceCase.Names(WaysOut.Distinct, EchoCases.Small);

    public static TheoryData<WayOut, string> Further => ConformanceCase.Names(WaysOut.Further, EchoCases.Small);

    public static TheoryData<WayOut, string> Large => ConformanceCase.Names(Enum.GetValues<WayOut>(), EchoCases.Large);

    public static TheoryData<WayOut, int> Sizes => WaysOut.Each(0, 1, 16, 1000, 65_536, 1024 * 1024);

    [Theory]
    [MemberData(nameof(Small))]
    public Task Frames_OnThisWay_AreAnsweredAsTheyMustBe(WayOut way, string what) =>
        PlayAsync(way, EchoCases.Small.Single(one => one.Name == what));

    [Theory]
    [MemberData(nameof(Further))]
    [Trait("Category", "Slow")]
    public Task Frames_OnThisWayToo_AreAnsweredAsTheyMustBe(WayOut way, string what) => Frames_OnThisWay_AreAnsweredAsTheyMustBe(way, what);

    [Theory]
    [MemberData(nameof(Large))]
    [Trait("Category", "Slow")]
    public Task LargeMessages_OnThisWay_AreAnsweredAsTheyMustBe(WayOut way, string what) =>
        PlayAsync(way, EchoCases.Large.Single(one => one.Name == what));

    [Theory]
    [MemberData(nameof(Sizes))]
    [Trait("Category", "Slow")]
    public async Task CompressedMessages_OfTheBclsClient_ComeBack(WayOut way, int length)
    {
        var text = Encoding.UTF8.GetBytes(EchoCases.Prose(length));
        using var client = await way.ConnectAsync(await servers.AddressAsync(way), "/echo", deflates: true);
        for (var round = 0; round < 20; round++)
        {
            var type = round % 3 == 2 ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
            var parts = round % 4 == 3 ? 7 : 1;
            for (var part = 0; part < parts; part++)
            {
                var (start, end) = (text.Length * part / parts, text.Length * (part + 1) / parts);
                await client.SendAsync(text.AsMemory(start, end - start), type, endOfMessage: part == parts - 1, CancellationToken.None).InTimeAsync();
            }

            var answer = await ReadAsync(client);
            answer.Type.Should().Be(type);
            answer.Message.AsSpan().SequenceEqual(text).Should().BeTrue();
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None).InTimeAsync();
        client.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
    }

    private static async Task<(WebSocketMessageType Type, byte[] Message)> ReadAsync(ClientWebSocket client)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).InTimeAsync();
            await message.WriteAsync(buffer.AsMemory(0, part.Count));
            if (part.EndOfMessage)
            {
                return (part.MessageType, message.ToArray());
            }
        }
    }

    private async Task PlayAsync(WayOut way, ConformanceCase one)
    {
        var server = await servers.AddressAsync(way);
        foreach (var pieces in one.Pieces(way))
        {
            using var client = await ConformanceClient.OpenAsync(await way.ConnectRawAsync(server, "/echo"), way, greets: false);
            await client.PlayAsync(one, pieces);
        }
    }
}
