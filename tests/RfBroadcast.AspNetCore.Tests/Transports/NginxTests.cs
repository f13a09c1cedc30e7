using System.Net;
using System.Net.Security;
using RfBroadcast.AspNetCore.Tests.Behaviour;
using RfBroadcast.AspNetCore.Tests.EventStreams;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Transports;

/// <summary>A real nginx in front, which speaks plain HTTP/1.1 to the server, and to its clients that or TLS.</summary>
public sealed class NginxTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FanOut_ThroughNginx_ReachesEveryClientInOrder(bool endsTls)
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket));
        await using var nginx = await BehindAsync(app, endsTls);
        await TransportStories.FanOutAsync(app);
    }

    [Fact]
    public async Task Heartbeat_ThroughNginx_KeepsWhoAnswersAndClosesWhoDoesNot()
    {
        var time = new ManualTimeProvider();
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket, time));
        await using var nginx = await BehindAsync(app);
        await TransportStories.HeartbeatAsync(app, time);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_ThroughNginx_IsAnsweredByTheOtherSide(bool endsTls)
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket));
        await using var nginx = await BehindAsync(app, endsTls);
        await TransportStories.CloseAsync(app);
    }

    [Fact]
    public async Task Token_ThroughNginx_SaysWhoConnects()
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket));
        await using var nginx = await BehindAsync(app);
        await TransportStories.TokenAsync(app);
    }

    [Fact]
    public async Task AppStopping_BehindNginx_Closes1001ToEveryone()
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket));
        await using var nginx = await BehindAsync(app);
        var clients = new List<WireClient>();
        for (var i = 0; i < 10; i++)
        {
            clients.Add(await app.ConnectAsync("/ws/news"));
        }

        await app.StopAsync().InTimeAsync();

        foreach (var client in clients)
        {
            (await client.ClosedAsync()).Code.Should().Be(1001);
        }
    }

    [Fact]
    public async Task NginxDies_TheServerForgetsEveryClient()
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket));
        var nginx = await BehindAsync(app);
        for (var i = 0; i < 10; i++)
        {
            await (await app.ConnectAsync("/ws/news")).NextAsync("subscribed");
        }

        await nginx.DisposeAsync();

        await app.EmptyAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EventStream_ThroughNginx_IsNotHeldBack(bool endsTls)
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket));
        await using var nginx = await BehindAsync(app, endsTls);
        using var client = await StreamClient.OpenAsync(Http(), nginx.Address, "/ws?channel=news&auth_token=" + TestTokens.Of("7"));
        (await client.NextAsync("subscribed")).String("channel").Should().Be("news");

        // One by one: each must have come before the next is published.
        for (var number = 1; number <= 20; number++)
        {
            await app.PublishAsync("news", number, number);
            (await client.NextAsync("event")).Number().Should().Be(number);
        }

        await app.PublishAsync("news", 21, 2000, padding: 100);
        for (var number = 21; number <= 2000; number++)
        {
            (await client.NextAsync("event")).Number().Should().Be(number);
        }

        await app.StopAsync().InTimeAsync();
        (await client.ClosedAsync()).Code.Should().Be(1001);
    }

    [Fact]
    public async Task EventStream_ThroughNginx_WhoseClientVanishes_IsForgotten()
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket));
        await using var nginx = await BehindAsync(app);
        using var client = await StreamClient.OpenAsync(Http(), nginx.Address, "/ws?channel=news");
        await client.NextAsync("subscribed");

        client.Vanish();

        await app.EmptyAsync();
    }

    [Fact]
    public async Task Handshake_ThroughNginx_ThatIsRefused_TellsWhy()
    {
        await using var app = await BroadcastApp.StartAsync(TransportStories.Setup(WayOut.Socket));
        await using var nginx = await BehindAsync(app);
        using var http = Http();

        (await http.GetAsync(new Uri(nginx.Address, "/ws?auth_token=forged"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await http.GetAsync(new Uri(nginx.Address, "/ws"))).StatusCode.Should().Be(HttpStatusCode.UpgradeRequired);
    }

    private static async Task<Nginx> BehindAsync(BroadcastApp app, bool endsTls = false)
    {
        var nginx = await Nginx.StartAsync(app.Address, endsTls);
        app.Front = nginx.Address;
        return nginx;
    }

    private static HttpClient Http() => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, presented, _, _) => TestCertificate.IsShownBy(presented) },
    });
}
