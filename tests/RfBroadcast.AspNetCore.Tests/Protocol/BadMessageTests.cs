using System.Net.WebSockets;
using System.Text;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>What is no message of the protocol gets an error frame, and the connection lives on.</summary>
public sealed class BadMessageTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("hello")]
    [InlineData("{")]
    [InlineData("""{"type":"ping"}x""")]
    [InlineData("""{"type":"ping",}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"ping\"")]
    [InlineData("{}")]
    [InlineData("""{"type":"pong"}""")]
    [InlineData("""{"type":"Ping"}""")]
    [InlineData("""{"type":null}""")]
    [InlineData("""{"type":1}""")]
    [InlineData("""{"type":["ping"]}""")]
    [InlineData("""{"action":"pong"}""")]
    [InlineData("""{"action":1}""")]
    [InlineData("""{"type":"subscribe"}""")]
    [InlineData("""{"type":"subscribe","channel":null}""")]
    [InlineData("""{"type":"subscribe","channel":7}""")]
    [InlineData("""{"type":"subscribe","channel":["news"]}""")]
    [InlineData("""{"type":"subscribe","channel":"\ud800"}""")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"\ud800":1,"type":"subscribe"}""")]
    [InlineData("""{"type":"unsubscribe"}""")]
    [InlineData("""{"type":"unsubscribe","channel":{}}""")]
    [InlineData("""{"type":"event","event":"client-x","data":1}""")]
    [InlineData("""{"type":"event","channel":"private-user.7","data":1}""")]
    [InlineData("""{"type":"event","channel":"private-user.7","event":7,"data":1}""")]
    [InlineData("""{"type":"event","channel":"private-user.7","event":"client-x"}""")]
    public async Task Message_ThatIsNone_IsBadMessageAndTheConnectionLivesOn(string message)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        await client.SendAsync(message);

        var error = await client.NextAsync("error");
        error.String("code").Should().Be("bad_message");
        error.String("message").Should().NotBeEmpty();
        error.Has("id").Should().BeFalse();
        await client.ExpectQuietAsync();
    }

    [Theory]
    [InlineData("\"last\":-1")]
    [InlineData("\"last\":1.5")]
    [InlineData("\"last\":\"5\"")]
    [InlineData("\"last\":null")]
    [InlineData("\"since\":41")]
    [InlineData("\"since\":{}")]
    [InlineData("\"since\":{\"epoch\":\"a\"}")]
    [InlineData("\"since\":{\"offset\":1}")]
    [InlineData("\"since\":{\"epoch\":1,\"offset\":1}")]
    [InlineData("\"since\":{\"epoch\":\"a\",\"offset\":-1}")]
    [InlineData("\"since\":{\"epoch\":\"a\",\"offset\":\"1\"}")]
    [InlineData("\"since\":{\"epoch\":\"a\",\"offset\":1,\"connection_id\":5}")]
    public async Task Subscribe_WithAFieldOfTheWrongKind_IsBadMessageWithTheChannel(string field)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        await client.SendAsync($$"""{"type":"subscribe","id":9,"channel":"news",{{field}}}""");

        var error = await client.NextAsync("error");
        error.String("code").Should().Be("bad_message");
        error.String("channel").Should().Be("news");
        error["id"].GetInt32().Should().Be(9);
        await client.ExpectQuietAsync();
        app.Hub.ChannelCount.Should().Be(0);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{}")]
    public async Task Message_WithAnIdThatIsNeitherNumberNorString_IsBadMessage(string id)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        await client.SendAsync($$"""{"type":"ping","id":{{id}}}""");

        (await client.NextAsync("error")).String("code").Should().Be("bad_message");
        await client.ExpectQuietAsync();
    }

    [Theory]
    [InlineData(100, "pong")]
    [InlineData(101, "error")]
    public async Task Message_WithALongId_IsAnsweredUpTo100Characters(int length, string answer)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        await client.SendAsync($$"""{"type":"ping","id":"{{new string('i', length)}}"}""");

        await client.NextAsync(answer);
    }

    [Fact]
    public async Task Message_NestedVeryDeeply_IsBadMessage()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        await client.SendAsync("""{"type":"ping","x":""" + new string('[', 30_000) + new string(']', 30_000) + "}");

        (await client.NextAsync("error")).String("code").Should().Be("bad_message");
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Message_WithUnknownFields_IsTakenWithoutThem()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        await client.SendAsync("""{"x":{"type":"unsubscribe"},"channel":"news","y":null,"type":"subscribe","z":[1]}""");

        (await client.NextAsync()).Text.Should().Be("""{"type":"subscribed","channel":"news"}""");
    }

    [Fact]
    public async Task Message_InFragments_IsOneMessage()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();
        var text = Encoding.UTF8.GetBytes("""{"type":"subscribe","channel":"news","note":"Grüße 😀"}""");

        await client.SendAsync(ReadOnlyMemory<byte>.Empty, endOfMessage: false);
        foreach (var part in text.Chunk(1))
        {
            await client.SendAsync(part, endOfMessage: false);
        }

        await client.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: true);

        (await client.NextAsync()).Text.Should().Be("""{"type":"subscribed","channel":"news"}""");
        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task Messages_OfEverySizeUpToTheLimit_AreTaken()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.MaxMessageBytes = 5000 });
        var client = await app.ConnectAsync();
        foreach (var size in (int[])[125, 126, 1023, 1024, 1025, 2048, 4096, 4999, 5000])
        {
            var start = $$"""{"type":"ping","id":{{size}},"x":" """;

            await client.SendAsync(start + new string('x', size - start.Length - 2) + "\"}");

            (await client.NextAsync("pong"))["id"].GetInt32().Should().Be(size);
        }
    }
}
