using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>Clients that close, vanish or half-close: each is answered as it should, and nothing of it is left.</summary>
public sealed class GoneTests
{
    [Theory]
    [InlineData(1000, "bye")]
    [InlineData(1001, null)]
    [InlineData(3000, "")]
    [InlineData(4999, "custom")]
    public async Task Close_ByTheClient_IsAnsweredWithItsOwnCode(int code, string? reason)
    {
        await using var app = await BroadcastApp.StartAsync();
        var client = await app.ConnectAsync("/ws/news");
        await client.NextAsync("subscribed");

        await client.CloseAsync(code, reason);

        (await client.ClosedAsync()).Code.Should().Be(code);
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Close_WithoutACode_IsAnsweredWithoutOne()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await app.ConnectRawAsync();
        await client.ReadAsync();

        await client.SendAsync(RawClient.Frame(0x88, []));

        (await client.ReadAsync())!.Should().BeEquivalentTo(new RawFrame(0x88, []));
        (await client.ReadAsync()).Should().BeNull();
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Close_RightBehindMessages_ComesAfterTheirAnswers()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await app.ConnectRawAsync();
        await client.SendAsync(
        [
            .. RawClient.Frame(0x81, """{"type":"ping","id":1}"""u8),
            .. RawClient.Frame(0x81, ""u8),
            .. RawClient.Frame(0x81, """{"type":"ping","id":2}"""u8),
            .. RawClient.Frame(0x88, [0x03, 0xE8]),
        ]);

        (await client.ReadAsync())!.Text.Should().Contain("connected");
        (await client.ReadAsync())!.Text.Should().Be("""{"type":"pong","id":1}""");
        (await client.ReadAsync())!.Text.Should().Contain("bad_message");
        (await client.ReadAsync())!.Text.Should().Be("""{"type":"pong","id":2}""");
        (await client.ReadAsync())!.CloseCode.Should().Be(1000);
        (await client.ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task PingFrame_OfTheClient_IsAnsweredWithItsPayload()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await app.ConnectRawAsync();
        await client.ReadAsync();

        await client.SendAsync([.. RawClient.Frame(0x01, """{"type":"""u8), .. RawClient.Frame(0x89, "abc"u8), .. RawClient.Frame(0x80, "\"ping\"}"u8)]);

        var pong = (await client.ReadAsync())!;
        pong.FirstByte.Should().Be(0x8A);
        pong.Text.Should().Be("abc");
        (await client.ReadAsync())!.Text.Should().Be("""{"type":"pong"}""");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_ThatVanishes_LeavesNothing(bool halfwayThroughAMessage)
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await app.ConnectRawAsync("/ws/news?channel=private-x");
        await client.ReadAsync();
        await client.ReadAsync();
        if (halfwayThroughAMessage)
        {
            await client.SendAsync(RawClient.Frame(0x01, new byte[3000]));
            await client.SendAsync(RawClient.Frame(0x00, new byte[3000])[..2000]);
        }

        client.Reset();

        await app.EmptyAsync();
    }

    [Fact]
    public async Task Client_ThatEndsItsSideWithoutAClose_LeavesNothing()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await app.ConnectRawAsync("/ws/news");
        await client.ReadAsync();
        await client.ReadAsync();

        client.EndSending();

        (await client.ReadToCloseAsync()).Should().BeNull();
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Client_ThatVanishesDuringAnAuthorization_LeavesNothing()
    {
        var started = new TaskCompletionSource();
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Map = app => app.MapBroadcastChannel("slow", async () =>
            {
                started.SetResult();
                await Task.Delay(Timeout.Infinite); // looks at no token
                return true;
            }),
        });
        var timers = app.Services.GetRequiredService<TimerWheel>().Count;
        using var client = await app.ConnectRawAsync("/ws/private-slow");
        await started.Task.InTimeAsync();

        client.Reset();

        await app.EmptyAsync();
        await Wait.UntilAsync(() => app.Services.GetRequiredService<TimerWheel>().Count == timers, "no timer is left");
    }

    [Fact]
    public async Task Client_ThatGoesWhileTheBackEndIsAway_IsEndedAllTheSame()
    {
        await using var app = await BroadcastApp.StartAsync(new()
        {
            Services = services => services.AddSingleton<StubBroadcaster>().AddSingleton<IBroadcaster>(provider => provider.GetRequiredService<StubBroadcaster>()),
            Map = app => app.MapBroadcastChannel("chat", () => ChannelAuthResult.Grant(expiresAt: DateTimeOffset.UtcNow.AddHours(1))),
        });
        var timers = app.Services.GetRequiredService<TimerWheel>().Count;
        var client = await app.ConnectAsync("/ws/private-chat");
        await client.NextAsync("subscribed");
        await client.SendAsync("""{"type":"event","channel":"private-chat","event":"x","data":1}""");
        await client.NextAsync("error"); // the subscription before it is complete, its expiry set
        app.Services.GetRequiredService<StubBroadcaster>().BeforeRemove =
            _ => throw new BroadcasterUnavailableException("away", mayHaveBeenSent: false);

        await client.CloseAsync();

        await client.ClosedAsync();
        await app.EmptyAsync();
        await Wait.UntilAsync(() => app.Services.GetRequiredService<TimerWheel>().Count == timers, "no timer is left");
    }

    [Fact]
    public async Task Connections_ThatComeAndGo_LeaveNoTimer()
    {
        await using var app = await BroadcastApp.StartAsync();
        var timers = app.Services.GetRequiredService<TimerWheel>().Count;
        for (var i = 0; i < 5; i++)
        {
            var client = await app.ConnectAsync("/ws/news", TestTokens.Of("7", DateTimeOffset.UtcNow.AddDays(400)));
            await client.NextAsync("subscribed");
            await client.CloseAsync();
            await client.ClosedAsync();
        }

        await Wait.UntilAsync(() => app.Services.GetRequiredService<TimerWheel>().Count == timers, "no timer is left");
        await app.EmptyAsync();
    }
}
