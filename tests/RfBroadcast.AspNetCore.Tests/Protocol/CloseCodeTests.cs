using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>Every row of the table of close codes; 4201 is <see cref="HeartbeatTests"/>'.</summary>
public sealed class CloseCodeTests
{
    public static TheoryData<string, byte[], int> BrokenFrames => new()
    {
        { "unmasked", [0x81, 0x06, .. "{    }"u8], 1002 },
        { "reserved bit 1", RawClient.Frame(0xC1, "{}"u8), 1002 },
        { "reserved bits 2 and 3", RawClient.Frame(0xB1, "{}"u8), 1002 },
        { "unknown opcode", RawClient.Frame(0x83, "{}"u8), 1002 },
        { "continuation of nothing", RawClient.Frame(0x80, "{}"u8), 1002 },
        { "fragmented ping", RawClient.Frame(0x09, ""u8), 1002 },
        { "long ping", RawClient.Frame(0x89, new byte[126]), 1002 },
        { "text inside a fragmented text", [.. RawClient.Frame(0x01, "{"u8), .. RawClient.Frame(0x81, "}"u8)], 1002 },
        { "close with one byte", RawClient.Frame(0x88, [3]), 1002 },
        { "close with the code 1005", RawClient.Frame(0x88, [0x03, 0xED]), 1002 },
        { "close with the code 999", RawClient.Frame(0x88, [0x03, 0xE7]), 1002 },
        { "invalid UTF-8", RawClient.Frame(0x81, [(byte)'{', 0xFF, (byte)'}']), 1007 },
        { "half a character", RawClient.Frame(0x81, [0xC3]), 1007 },
        { "half a character in fragments", [.. RawClient.Frame(0x01, [0xC3]), .. RawClient.Frame(0x80, "}"u8)], 1007 },
        { "a surrogate in UTF-8", RawClient.Frame(0x81, [0xED, 0xA0, 0x80]), 1007 },
    };

    [Fact]
    public async Task AppStopping_Closes1001ToEveryone()
    {
        await using var app = await BroadcastApp.StartAsync();
        var clients = new List<WireClient>();
        for (var i = 0; i < 15; i++)
        {
            clients.Add(await app.ConnectAsync("/ws/news"));
        }

        await app.StopAsync().InTimeAsync();

        foreach (var client in clients)
        {
            (await client.ClosedAsync()).Should().Be(new WireClose(1001, "the server is going away"));
        }
    }

    [Fact]
    public async Task AppStopping_WithAClientThatDoesNotAnswer_TakesNobodyAndEndsIt()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.CloseTimeout = TimeSpan.FromSeconds(3) });
        using var client = await app.ConnectRawAsync();
        await client.ReadAsync();

        var stopping = app.StopAsync();

        (await client.ReadAsync())!.CloseCode.Should().Be(1001);
        using (var late = await app.ConnectRawAsync())
        {
            late.Answer.Should().StartWith("HTTP/1.1 503 ").And.Contain("Retry-After: ");
        }

        (await client.ReadAsync()).Should().BeNull();
        await stopping.InTimeAsync();
    }

    [Theory]
    [MemberData(nameof(BrokenFrames))]
    public async Task BrokenFrame_ClosesWithItsCodeAfterWhatWasQueued(string what, byte[] frame, int code)
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.CloseTimeout = TimeSpan.FromMinutes(5) });
        using var client = await app.ConnectRawAsync();
        await client.SendTextAsync("""{"type":"ping"}""");

        await client.SendAsync(frame);

        (await client.ReadAsync())!.Text.Should().StartWith("""{"type":"connected",""");
        (await client.ReadAsync())!.Text.Should().Be("""{"type":"pong"}""");
        var close = (await client.ReadAsync())!;
        close.CloseCode.Should().Be(code, what);
        await client.SendAsync(RawClient.Frame(0x88, close.Payload.AsSpan(0, 2)));
        (await client.ReadAsync()).Should().BeNull("the server ends the connection");
        await app.EmptyAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MessageOverTheLimit_Closes1009(bool fragmented)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();
        var message = Encoding.UTF8.GetBytes(new string('x', (64 * 1024) + 1));

        if (fragmented)
        {
            await client.SendAsync(message.AsMemory(0, 40_000), endOfMessage: false);
            await client.SendAsync(message.AsMemory(40_000), endOfMessage: false);
        }
        else
        {
            await client.SendAsync(message);
        }

        (await client.ClosedAsync()).Should().Be(new WireClose(1009, "the message is too large"));
    }

    [Fact]
    public async Task MessageFarOverTheLimit_StillGetsItsClose()
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        await client.SendAsync(new byte[8 * 1024 * 1024]);

        (await client.ClosedAsync()).Code.Should().Be(1009);
    }

    [Fact]
    public async Task ServerThatFails_Closes1011()
    {
        await using var app = await BroadcastApp.StartAsync(new() { FailsOnPurpose = true, Time = new BrokenClock() });
        var client = await app.ConnectAsync();

        await client.SendAsync("""{"action":"ping"}""");

        (await client.ClosedAsync()).Should().Be(new WireClose(1011, "the server failed"));
        await app.EmptyAsync();
        app.Logs.Single(2008).Exception!.Message.Should().Be("the clock broke");
    }

    [Fact]
    public async Task ExpiredGrantThatCannotBeEnded_Closes1011()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Time = time,
            Services = services => services.AddSingleton<StubBroadcaster>().AddSingleton<IBroadcaster>(provider => provider.GetRequiredService<StubBroadcaster>()),
            Map = app => app.MapBroadcastChannel("chat", () => ChannelAuthResult.Grant("7", expiresAt: time.GetUtcNow().AddSeconds(5))),
        });
        var client = await app.ConnectAsync("/ws/private-chat");
        await client.NextAsync("subscribed");
        await client.SendAsync("""{"type":"event","channel":"private-chat","event":"x","data":1}""");
        await client.NextAsync("error"); // the subscription before it is complete
        app.Services.GetRequiredService<StubBroadcaster>().BeforeUnsubscribe = _ => throw new BroadcasterUnavailableException("away", mayHaveBeenSent: false);

        time.Advance(TimeSpan.FromSeconds(6));

        (await client.ClosedAsync()).Code.Should().Be(1011);
    }

    public static TheoryData<int, string> Disconnects => new()
    {
        { 4001, "disconnected by the application" },
        { 4100, "over capacity" },
        { 4200, "reconnect" },
    };

    [Theory]
    [MemberData(nameof(Disconnects))]
    public async Task DisconnectByTheApp_ClosesWithItsCode(int code, string reason)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync("/ws/news");
        await client.NextAsync("subscribed");
        await app.Broadcaster.BroadcastToChannelAsync("news", "last", 1);
        await client.NextAsync("event");

        (await app.Connections.DisconnectAsync(client.ConnectionId, new DisconnectReason(code, reason))).Should().BeTrue();

        (await client.ClosedAsync()).Should().Be(new WireClose(code, reason));
        await app.EmptyAsync();
        (await app.Connections.DisconnectAsync(client.ConnectionId)).Should().BeFalse();
    }

    [Fact]
    public async Task DisconnectOfAUser_ClosesAllOfTheirs4001()
    {
        await using var app = await BroadcastApp.StartAsync();
        WireClient[] theirs = [await app.ConnectAsync(token: TestTokens.Of("7")), await app.ConnectAsync(token: TestTokens.Of("7"))];
        var other = await app.ConnectAsync(token: TestTokens.Of("8"));

        (await app.Connections.DisconnectUserAsync("7")).Should().Be(2);

        foreach (var client in theirs)
        {
            (await client.ClosedAsync()).Code.Should().Be(4001);
        }

        await other.ExpectQuietAsync();
    }

    [Fact]
    public async Task DisconnectedClient_ThatTalksOn_IsNotListenedTo()
    {
        await using var app = await BroadcastApp.StartAsync(new()
        {
            WebSockets = o => o.CloseTimeout = TimeSpan.FromMinutes(5),
            Map = app => app.MapBroadcastChannel("chat", () => true),
        });
        var observer = await app.ConnectAsync(token: TestTokens.Of("8"));
        await observer.SubscribeAsync("presence-chat");
        using var client = await app.ConnectRawAsync(token: TestTokens.Of("7"));
        var id = new WireFrame((await client.ReadAsync())!.Text).String("connection_id");
        await app.Connections.DisconnectAsync(id);
        (await client.ReadToCloseAsync())!.CloseCode.Should().Be(4001);

        await client.SendTextAsync("""{"type":"subscribe","channel":"presence-chat"}""");
        await client.SendAsync(RawClient.Frame(0x88, [0x0F, 0xA1])); // answers the close
        (await client.ReadAsync()).Should().BeNull();

        await app.Broadcaster.BroadcastToChannelAsync("presence-chat", "after", 1);
        (await observer.NextAsync()).Type.Should().Be("event", "it joined nothing");
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1 })]
    public async Task BinaryFrame_Closes4003(byte[] message)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync();

        await client.SendAsync(message, WebSocketMessageType.Binary);

        (await client.ClosedAsync()).Should().Be(new WireClose(4003, "binary frames are not part of the protocol"));
    }

    [Fact]
    public async Task TooManyErrors_Closes4003()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.MaxErrors = 3 });
        using var client = await app.ConnectRawAsync();
        await client.ReadAsync();

        await client.SendAsync([.. Enumerable.Repeat(RawClient.Frame(0x81, "nonsense"u8), 20).SelectMany(frame => frame)]);

        var answers = new List<RawFrame>();
        do
        {
            answers.Add((await client.ReadAsync())!);
        }
        while (!answers[^1].IsClose);
        answers[^1].CloseCode.Should().Be(4003);
        answers.Should().HaveCountGreaterThan(4).And.HaveCountLessThan(10, "what comes after the one too many is not looked at");
    }

    [Fact]
    public async Task ManyDenials_AreNoMisuse()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.MaxErrors = 3 });
        var client = await app.ConnectAsync();
        for (var i = 0; i < 20; i++)
        {
            await client.SendAsync("""{"type":"subscribe","channel":"private-denied"}""");
            await client.NextAsync("error");
        }

        await client.ExpectQuietAsync();
    }

    [Fact]
    public async Task ClientThatDoesNotRead_IsClosed4103WhenItReadsAgain()
    {
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Broadcasting = SmallQueue,
            WebSockets = o =>
            {
                o.QueueBytes = 512 * 1024;
                o.CloseTimeout = TimeSpan.FromMinutes(5);
            },
        });
        using var client = await RawClient.ConnectAsync(app.Address, "/ws/news", receiveBuffer: 4096);
        var other = await app.ConnectAsync("/ws/calm");
        await other.NextAsync("subscribed");
        await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Public("news")).Count == 1, "it is subscribed");

        await FillAsync(app, "news");

        var close = await client.ReadToCloseAsync();
        close!.CloseCode.Should().Be(4103);
        await client.SendAsync(RawClient.Frame(0x88, [0x10, 0x07]));
        (await client.ReadAsync()).Should().BeNull();
        await other.ExpectQuietAsync();
    }

    [Fact]
    public async Task ClientThatNeverReads_IsEndedAfterTheTimeToClose()
    {
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Broadcasting = SmallQueue,
            WebSockets = o =>
            {
                o.QueueBytes = 512 * 1024;
                o.CloseTimeout = TimeSpan.FromMilliseconds(200);
            },
        });
        using var client = await RawClient.ConnectAsync(app.Address, "/ws/news", receiveBuffer: 4096);
        await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Public("news")).Count == 1, "it is subscribed");

        await FillAsync(app, "news");

        await app.EmptyAsync();
        (await client.ReadToCloseAsync()).Should().BeNull();
    }

    [Theory]
    [InlineData(OverflowPolicy.DropOldest)]
    [InlineData(OverflowPolicy.Latest)]
    public async Task ClientThatDoesNotReadAChannelThatDrops_IsToldOfTheGap(OverflowPolicy policy)
    {
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Broadcasting = o =>
            {
                SmallQueue(o);
                o.Channels.For("ticks", c => c.Overflow = policy);
            },
            WebSockets = o => o.QueueBytes = 512 * 1024,
        });
        using var client = await RawClient.ConnectAsync(app.Address, "/ws/ticks", receiveBuffer: 4096);
        await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Public("ticks")).Count == 1, "it is subscribed");
        const int Count = 400;
        for (var i = 1; i <= Count; i++)
        {
            await app.Broadcaster.BroadcastToChannelAsync("ticks", "tick", new { n = i, text = new string('x', 64 * 1024) });
        }

        int last = 0, dropped = 0, events = 0;
        while (last < Count)
        {
            var frame = new WireFrame((await client.ReadAsync())!.Text);
            if (frame.Type == "gap")
            {
                frame.Text.Should().Be($$"""{"type":"gap","channel":"ticks","dropped":{{frame["dropped"].GetInt32()}}}""");
                dropped += frame["dropped"].GetInt32();
            }
            else if (frame.Type == "event")
            {
                events++;
                frame["data"].GetProperty("n").GetInt32().Should().BeGreaterThan(last);
                last = frame["data"].GetProperty("n").GetInt32();
            }
        }

        dropped.Should().BePositive();
        (events + dropped).Should().Be(Count, "every event came or was counted");
    }

    [Fact]
    public async Task TokenThatExpiresWhileConnected_Closes4203()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new() { Time = time });
        var client = await app.ConnectAsync(token: TestTokens.Of("7", time.GetUtcNow().AddSeconds(20)));
        time.Advance(TimeSpan.FromSeconds(19));
        await client.ExpectQuietAsync();

        time.Advance(TimeSpan.FromSeconds(2));

        (await client.ClosedAsync()).Should().Be(new WireClose(4203, "the token expired"));
    }

    [Fact]
    public async Task ClientThatNeverAnswersTheClose_IsEndedAfterTheTimeToClose()
    {
        await using var app = await BroadcastApp.StartAsync(new() { WebSockets = o => o.CloseTimeout = TimeSpan.FromMilliseconds(200) });
        using var client = await app.ConnectRawAsync();
        var id = new WireFrame((await client.ReadAsync())!.Text).String("connection_id");

        await app.Connections.DisconnectAsync(id);

        (await client.ReadAsync())!.CloseCode.Should().Be(4001);
        (await client.ReadAsync()).Should().BeNull();
    }

    /// <summary>A queue must hold twice what one event or one recovery may bring.</summary>
    private static void SmallQueue(BroadcastOptions options)
    {
        options.MaxPayloadBytes = 128 * 1024;
        options.RecoveryBytes = 128 * 1024;
    }

    private static async Task FillAsync(BroadcastApp app, string channel)
    {
        // More than the socket buffers of both sides and the queue hold.
        var data = new string('x', 64 * 1024);
        for (var i = 0; i < 400; i++)
        {
            await app.Broadcaster.BroadcastToChannelAsync(channel, "fill", data);
        }
    }

    /// <summary>Breaks when it is asked what time it is; nothing asks before the short ping.</summary>
    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("the clock broke");
    }
}
