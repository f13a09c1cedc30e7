using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.EventStreams;

/// <summary>How a stream of events is kept alive, and how it ends: by a last block that says why.</summary>
public sealed class EventStreamEndTests
{
    [Fact]
    public async Task Disconnect_ByTheApp_Is4001()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await StreamClient.OpenAsync(app, "/ws/news", TestTokens.Of("7"));

        (await app.Connections.DisconnectUserAsync("7")).Should().Be(1);

        (await client.ClosedAsync()).Should().Be((4001, "disconnected by the application"));
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Token_ThatExpires_Is4203()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Time = time });
        using var client = await StreamClient.OpenAsync(app, "/ws/news", TestTokens.Of("7", time.GetUtcNow().AddSeconds(10)));

        time.Advance(TimeSpan.FromSeconds(11));

        (await client.ClosedAsync()).Code.Should().Be(4203);
    }

    [Fact]
    public async Task AppStops_Is1001AfterWhatWasQueued()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var client = await StreamClient.OpenAsync(app, "/ws/news");
        await client.NextAsync("subscribed");
        await app.PublishAsync("news", 1, 3);
        (await client.NextAsync("event")).Number().Should().Be(1);

        await app.StopAsync();

        (await client.NextAsync("event")).Number().Should().Be(2);
        (await client.NextAsync("event")).Number().Should().Be(3);
        (await client.ClosedAsync()).Should().Be((1001, "the server is going away"));
    }

    [Fact]
    public async Task Queue_ThatIsFull_Is4103()
    {
        await using var app = await BroadcastApp.StartAsync(Narrow(OverflowPolicy.Close));
        using var http = new HttpClient();
        using var response = await StreamClient.AskAsync(http, app.Address, "/ws/ticks");
        await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Public("ticks")).Count == 1, "the subscription");

        for (var n = 1; app.Hub.Connections.Cast<ClientConnection>().SingleOrDefault() is { CloseCodeSent: 0 }; n++)
        {
            await app.PublishAsync("ticks", n, n, padding: 8000);
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var all = await reader.ReadToEndAsync();
        all.Should().EndWith("event: close\ndata: {\"code\":4103,\"reason\":\"too slow: the queue was full\"}\n\n");
        await app.EmptyAsync();
    }

    [Fact]
    public async Task Queue_OfADroppingChannel_TellsTheGapAndGoesOn()
    {
        await using var app = await BroadcastApp.StartAsync(Narrow(OverflowPolicy.DropOldest));
        using var http = new HttpClient();
        using var response = await StreamClient.AskAsync(http, app.Address, "/ws/ticks");
        await Wait.UntilAsync(() => app.Hub.GetConnections(Channel.Public("ticks")).Count == 1, "the subscription");

        // Until so much was published that what lies between could not hold it: ids must not fill the queue either.
        await app.PublishAsync("ticks", 1, 3000, padding: 8000);
        await app.Broadcaster.To("ticks").Event("last").SendAsync();

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var hasGap = false;
        while (await reader.ReadLineAsync().WaitAsync(Wait.Limit) is { } line && !line.Contains("\"event\":\"last\"", StringComparison.Ordinal))
        {
            hasGap |= line.StartsWith("data: {\"type\":\"gap\",\"channel\":\"ticks\",\"dropped\":", StringComparison.Ordinal);
        }

        hasGap.Should().BeTrue();
    }

    [Fact]
    public async Task Silence_IsBrokenByAComment()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Time = time });
        using var client = await StreamClient.OpenAsync(app, "/ws/news");
        await client.NextAsync("subscribed");

        for (var beat = 0; beat < 3; beat++)
        {
            time.Advance(TimeSpan.FromSeconds(31));
            (await client.NextBlockAsync()).Should().Be(new StreamBlock(null, null, null, Comment: ""));
        }
    }

    [Fact]
    public async Task Silence_WithTrafficInBetween_IsNone()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Time = time });
        using var client = await StreamClient.OpenAsync(app, "/ws/news");
        await client.NextAsync("subscribed");

        for (var n = 1; n < 5; n++)
        {
            time.Advance(TimeSpan.FromSeconds(20));
            await app.PublishAsync("news", n, n);
            (await client.NextBlockAsync())!.Data.Should().NotBeNull();
        }
    }

    private static BroadcastAppSetup Narrow(OverflowPolicy overflow) => new()
    {
        Server = SmallBuffers.Use,
        Broadcasting = options =>
        {
            (options.MaxPayloadBytes, options.RecoveryBytes) = (16 * 1024, 32 * 1024);
            options.Channels.For("ticks", channel =>
            {
                channel.Overflow = overflow;
                channel.KeepHistory(10, TimeSpan.FromMinutes(5));
            });
        },
        WebSockets = options => options.QueueBytes = 64 * 1024,
    };
}
