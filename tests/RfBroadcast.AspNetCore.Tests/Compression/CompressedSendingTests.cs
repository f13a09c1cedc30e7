using System.Globalization;
using System.Text.Json;
using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Compression;

/// <summary>What leaves for clients that offered compression, and for those beside them.</summary>
public sealed class CompressedSendingTests
{
    [Fact]
    public async Task Offer_WhenOff_IsNotAnsweredAndNothingIsCompressed()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await DeflateClient.ConnectRawAsync(app.Address, "/ws?channel=news");
        await client.ReadToAsync("subscribed");

        await app.PublishAsync("news", 1, 1, padding: 5000);

        client.Answer.Should().NotContain("Sec-WebSocket-Extensions");
        (await client.ReadAsync())!.FirstByte.Should().Be(0x81);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("permessage-deflate; server_max_window_bits=10")]
    [InlineData("permessage-deflate; client_max_window_bits=8, permessage-deflate;")]
    [InlineData("x-other; a=\"1, permessage-deflate")]
    public async Task Offer_ThatIsNotAcceptable_OpensWithoutCompression(string? offer)
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await DeflateClient.ConnectRawAsync(app.Address, "/ws?channel=news", offer);
        await client.ReadToAsync("subscribed");

        await app.PublishAsync("news", 1, 1, padding: 5000);

        client.Answer.Should().StartWith("HTTP/1.1 101").And.NotContain("Sec-WebSocket-Extensions");
        (await client.ReadAsync())!.FirstByte.Should().Be(0x81);
    }

    [Fact]
    public async Task Offers_OnSeveralLines_AreAnsweredOnceByTheFirstAcceptable()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await DeflateClient.ConnectRawAsync(
            app.Address,
            "/ws?channel=news",
            "permessage-deflate; server_max_window_bits=12\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=15");
        await client.ReadToAsync("subscribed");

        client.Answer.Should().Contain(
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=15\r\n");
    }

    [Fact]
    public async Task Events_FromTheThresholdOn_AreCompressedAndNothingElseIs()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await DeflateClient.ConnectRawAsync(app.Address, "/ws?channel=news");

        DeflateClient.IsDeflated((await client.ReadAsync())!).Should().BeFalse("the greeting is for one connection");
        DeflateClient.IsDeflated((await client.ReadAsync())!).Should().BeFalse("so is the start of a subscription");
        var overhead = await LengthOfAsync(app, client, padding: 0);
        DeflateClient.IsDeflated(await NextEventAsync(app, client, padding: 199 - overhead)).Should().BeFalse();
        var compressed = await NextEventAsync(app, client, padding: 200 - overhead);

        compressed.FirstByte.Should().Be(0xC1);
        compressed.Payload.Length.Should().BeLessThan(200);
        DeflateClient.TextOf(compressed).Should().HaveLength(200);
        JsonDocument.Parse(DeflateClient.TextOf(compressed)).RootElement.GetProperty("channel").GetString().Should().Be("news");
    }

    [Fact]
    public async Task Missed_Messages_AreNotCompressedAndLiveOnesAre()
    {
        await using var app = await DeflateClient.StartAppAsync(
            broadcasting: options => options.Channels.For("news", channel => channel.KeepHistory(100, TimeSpan.FromMinutes(5))));
        await app.PublishAsync("news", 1, 20, padding: 2000);
        using var client = await DeflateClient.ConnectRawAsync(app.Address, "/ws?channel=news&last=100");
        await client.ReadToAsync("subscribed");

        for (var n = 1; n <= 20; n++)
        {
            var missed = (await client.ReadAsync())!;
            DeflateClient.IsDeflated(missed).Should().BeFalse("compressing for one costs as much as for all");
            NumberOf(missed).Should().Be(n);
        }

        await app.PublishAsync("news", 21, 21, padding: 2000);
        var live = (await client.ReadAsync())!;
        DeflateClient.IsDeflated(live).Should().BeTrue();
        NumberOf(live).Should().Be(21);
    }

    [Fact]
    public async Task BclClient_BothWays_Works()
    {
        await using var app = await DeflateClient.StartAppAsync();
        using var client = await DeflateClient.ConnectAsync(app.Address, "/ws");

        await client.SubscribeAsync("news");
        await client.SendAsync($$"""{"action":"ping","data":"{{new string('x', 50_000)}}"}""");
        (await client.NextAsync("event"))["data"].GetString().Should().HaveLength(50_000);
        await app.PublishAsync("news", 1, 200, padding: 3000);
        (await client.NumbersAsync(200)).Should().Equal(Enumerable.Range(1, 200));
        await app.PublishAsync("news", 201, 201, padding: 200_000);
        (await client.NextAsync("event"))["data"].GetString().Should().HaveLength(4 + 200_000);
        await client.CloseAsync(1000, "bye");

        (await client.ClosedAsync()).Code.Should().Be(1000);
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Channel_WithCompressingAndPlainSubscribers_SendsAllTheSameInTheSameOrder()
    {
        const int Count = 600;
        await using var app = await DeflateClient.StartAppAsync();
        var clients = new List<WireClient>();
        for (var i = 0; i < 6; i++)
        {
            clients.Add(i % 2 == 0 ? await DeflateClient.ConnectAsync(app.Address, "/ws?channel=news") : await app.ConnectAsync("/ws?channel=news"));
            await clients[i].NextAsync("subscribed");
        }

        // Two publishers: what each sends stays in its order, and the channel has one order for all.
        await Task.WhenAll(PublishAsync(first: 0), PublishAsync(first: 1));

        var seen = await Task.WhenAll(clients.Select(async client =>
        {
            var texts = new List<string>();
            while (texts.Count < Count)
            {
                texts.Add((await client.NextAsync("event")).Text);
            }

            return texts;
        }));
        seen.Should().AllSatisfy(texts => texts.Should().Equal(seen[0]));
        clients.ForEach(client => client.Dispose());

        async Task PublishAsync(int first)
        {
            for (var n = first; n < Count; n += 2)
            {
                await app.PublishAsync("news", n, n, padding: n % 5 * 300);
            }
        }
    }

    [Fact]
    public async Task SlowClient_OfCompressedEvents_HasRoomForMoreOfThem()
    {
        // 40 events of 8,000 bytes are far more than the queue holds; compressed they are not. Nothing is read meanwhile.
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = SmallBuffers.Use,
            Broadcasting = options => options.MaxPayloadBytes = 10_000,
            WebSockets = options =>
            {
                options.QueueBytes = 20_000;
                options.Compression.Enabled = true;
            },
        });
        using var client = await DeflateClient.ConnectRawAsync(app.Address, "/ws?channel=news");
        await client.ReadToAsync("subscribed");

        await app.PublishAsync("news", 1, 40, padding: 8000);

        for (var n = 1; n <= 40; n++)
        {
            NumberOf((await client.ReadAsync())!).Should().Be(n);
        }
    }

    private static async Task<int> LengthOfAsync(BroadcastApp app, RawClient client, int padding) =>
        DeflateClient.TextOf(await NextEventAsync(app, client, padding)).Length;

    private static async Task<RawFrame> NextEventAsync(BroadcastApp app, RawClient client, int padding)
    {
        await app.PublishAsync("news", 1, 1, padding);
        return (await client.ReadAsync())!;
    }

    private static int NumberOf(RawFrame frame) => int.Parse(
        JsonDocument.Parse(DeflateClient.TextOf(frame)).RootElement.GetProperty("data").GetString()!.Split(' ')[0],
        CultureInfo.InvariantCulture);
}
