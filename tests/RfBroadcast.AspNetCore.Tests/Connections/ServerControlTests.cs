using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Connections;

/// <summary>The app lists, disconnects and unsubscribes clients; presence follows at once, or after the grace when they come back.</summary>
public sealed class ServerControlTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    public static TheoryData<int, string> Reasons => new()
    {
        { 4001, "disconnected by the application" },
        { 4100, "over capacity" },
        { 4200, "reconnect" },
        { 4042, "a reason of its own" },
        { 1001, "the server is going away" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task DisconnectUser_WithThreeConnections_EndsThemWithCodeAndReason(int code, string message)
    {
        await using var app = await StartAsync();
        var adas = new List<WireClient>();
        for (var i = 0; i < 3; i++)
        {
            adas.Add(await app.ConnectAsync(token: TestTokens.Of("ada")));
        }

        var ben = await app.ConnectAsync(token: TestTokens.Of("ben"));

        (await app.Connections.DisconnectUserAsync("ada", new DisconnectReason(code, message))).Should().Be(3);

        foreach (var ada in adas)
        {
            (await ada.ClosedAsync()).Should().Be(new WireClose(code, message));
        }

        await ben.ExpectQuietAsync();
        (await app.Connections.DisconnectUserAsync("ada")).Should().Be(0);
        (await app.Connections.ListAsync()).Should().ContainSingle().Which.UserId.Should().Be("ben");
    }

    [Fact]
    public async Task Disconnect_OneConnection_IsForGoodUnlessSaidOtherwise()
    {
        await using var app = await StartAsync();
        var first = await app.ConnectAsync(token: TestTokens.Of("ada"));
        var second = await app.ConnectAsync(token: TestTokens.Of("ada"));

        (await app.Connections.DisconnectAsync(first.ConnectionId)).Should().BeTrue();

        (await first.ClosedAsync()).Should().Be(new WireClose(4001, "disconnected by the application"));
        (await app.Connections.DisconnectAsync(first.ConnectionId)).Should().BeFalse();
        (await app.Connections.DisconnectAsync("1.1")).Should().BeFalse();
        await second.ExpectQuietAsync();
    }

    [Fact]
    public async Task Disconnect_WithMessagesOnTheirWay_DeliversThemFirst()
    {
        await using var app = await StartAsync();
        var client = await app.ConnectAsync("/ws?channel=news");
        await client.NextAsync("subscribed");
        for (var i = 0; i < 20; i++)
        {
            await app.Broadcaster.ToConnection(client.ConnectionId).Event("last").With(new string('x', 30_000)).SendAsync();
        }

        await app.Connections.DisconnectAsync(client.ConnectionId);

        (await client.ClosedAsync()).Code.Should().Be(4001);
        client.All.Count(frame => frame.Type == "event").Should().Be(20);
    }

    [Fact]
    public async Task List_ShowsUsersAndChannels()
    {
        await using var app = await StartAsync();
        var ada = await app.ConnectAsync(token: TestTokens.Of("ada"));
        var guest = await app.ConnectAsync();
        await ada.SubscribeAsync("news");
        await ada.SubscribeAsync("presence-chat");

        (await app.Connections.ListAsync()).Should().BeEquivalentTo([
            new ConnectionInfo(ada.ConnectionId, "ada", [Channel.Public("news"), Channel.Presence("chat")]),
            new ConnectionInfo(guest.ConnectionId, null, []),
        ]);
    }

    [Theory]
    [InlineData(4001, true)]
    [InlineData(4099, true)]
    [InlineData(4100, false)]
    [InlineData(4200, false)]
    [InlineData(1001, false)]
    public async Task Disconnect_Presence_LeavesAtOnceOrAfterTheGrace(int code, bool atOnce)
    {
        var time = new ManualTimeProvider();
        await using var app = await StartAsync(time);
        var (observer, ada) = await MeetAsync(app);

        await app.Connections.DisconnectUserAsync("ada", new DisconnectReason(code, "x"));
        (await ada.ClosedAsync()).Code.Should().Be(code);

        await LeavesAsync(app, time, observer, atOnce);
    }

    [Fact]
    public async Task Disconnect_TheClientsAnswerIsFaster_StillLeavesAtOnce()
    {
        var time = new ManualTimeProvider();
        await using var app = await StartAsync(time);
        var (observer, ada) = await MeetAsync(app);
        var others = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        app.Services.GetRequiredService<StubBroadcaster>().BeforeRemove = id =>
            id == ada.ConnectionId && Interlocked.Increment(ref calls) == 1 ? others.Task : Task.CompletedTask;

        // The app's own call waits until the connection has ended by the client's answer.
        var disconnecting = app.Connections.DisconnectAsync(ada.ConnectionId).AsTask();
        await Wait.UntilAsync(() => app.Hub.ConnectionCount == 1, "the connection has ended");
        others.SetResult();
        await disconnecting.InTimeAsync();

        await LeavesAsync(app, time, observer, atOnce: true);
    }

    [Theory]
    [InlineData(2000, true)]
    [InlineData(2001, true)]
    [InlineData(2500, false)]
    [InlineData(2501, false)]
    public async Task Unsubscribe_Presence_LeavesAtOnceOrAfterTheGrace(int code, bool atOnce)
    {
        var time = new ManualTimeProvider();
        await using var app = await StartAsync(time);
        var (observer, ada) = await MeetAsync(app);

        (await app.Broadcaster.UnsubscribeAsync(ada.ConnectionId, Channel.Presence("chat"), new UnsubscribeReason(code, "x"))).Should().BeTrue();

        (await ada.NextAsync()).Text.Should().Be($$"""{"type":"unsubscribed","channel":"presence-chat","code":{{code}},"message":"x"}""");
        (await app.Broadcaster.UnsubscribeAsync(ada.ConnectionId, Channel.Presence("chat"))).Should().BeFalse();
        await LeavesAsync(app, time, observer, atOnce);
        await ada.ExpectQuietAsync();
    }

    private static Task<BroadcastApp> StartAsync(TimeProvider? time = null) => BroadcastApp.StartAsync(new()
    {
        Time = time,
        Broadcasting = options => options.PresenceGrace = Grace,
        Services = services => services.AddSingleton<StubBroadcaster>().AddSingleton<IBroadcaster>(provider => provider.GetRequiredService<StubBroadcaster>()),
        Map = app => app.MapBroadcastChannel("chat", () => true),
    });

    private static async Task<(WireClient Observer, WireClient Ada)> MeetAsync(BroadcastApp app)
    {
        var observer = await app.ConnectAsync(token: TestTokens.Of("ben"));
        await observer.SubscribeAsync("presence-chat");
        var ada = await app.ConnectAsync(token: TestTokens.Of("ada"));
        await ada.SubscribeAsync("presence-chat");
        await observer.NextAsync("member_joined");
        return (observer, ada);
    }

    private static async Task LeavesAsync(BroadcastApp app, ManualTimeProvider time, WireClient observer, bool atOnce)
    {
        if (!atOnce)
        {
            await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Presence("chat")).Count == 1, "the subscription has ended");
            await observer.ExpectQuietAsync();
            (await app.Broadcaster.GetMembersAsync(Channel.Presence("chat"))).Should().HaveCount(2);
            time.Advance(Grace + TimeSpan.FromSeconds(1));
        }

        (await observer.NextAsync("member_left"))["member"].GetProperty("user_id").GetString().Should().Be("ada");
    }
}
