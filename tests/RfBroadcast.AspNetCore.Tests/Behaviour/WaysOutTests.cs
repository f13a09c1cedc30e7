using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>The same short story over everything a connection can come through.</summary>
public sealed class WaysOutTests : IDisposable
{
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly List<IDisposable> _resources = [];
    private bool _deflates;

    public void Dispose()
    {
        _resources.ForEach(resource => resource.Dispose());
        _certificate.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task PlainHttp1_TellsTheWholeStory(bool deflates) => TellAsync(
        deflates,
        host => host.UseUrls("http://127.0.0.1:0"),
        ConnectAsync);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Tls_TellsTheWholeStory(bool deflates) => TellAsync(
        deflates,
        host => Listen(host, listen => listen.UseHttps(_certificate)),
        ConnectAsync);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Http2_TellsTheWholeStory(bool deflates) => TellAsync(
        deflates,
        host => Listen(host, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(_certificate);
        }),
        ConnectOverHttp2Async);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task ConnectionMiddleware_TellsTheWholeStory(bool deflates) => TellAsync(
        deflates,
        host => Listen(host, listen => listen.UseConnectionLogging()),
        ConnectAsync);

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // which a server that makes its own frames does not negotiate
    public Task TestServer_TellsTheWholeStory(bool deflates) => TellAsync(deflates, host => host.UseTestServer(), ConnectToTestServerAsync);

    [Fact]
    public async Task TestServer_Stop_ClosesWith1001()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Server = host => host.UseTestServer() });
        using var client = await ConnectToTestServerAsync(app, "/ws?channel=news", token: null);
        await client.NextAsync("subscribed");

        await app.StopAsync().InTimeAsync();

        (await client.ClosedAsync()).Code.Should().Be(1001);
    }

    [Fact]
    public async Task TestServer_ClientVanishes_IsForgotten()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup { Server = host => host.UseTestServer() });
        using var client = await ConnectToTestServerAsync(app, "/ws?channel=news", token: null);
        await client.NextAsync("subscribed");

        client.Dispose();

        await app.EmptyAsync();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Http2_SilentForLongerThanKestrelsDataRates_StaysConnected()
    {
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = host =>
            {
                Listen(host, listen =>
                {
                    listen.Protocols = HttpProtocols.Http2;
                    listen.UseHttps(_certificate);
                });
                host.ConfigureKestrel(kestrel =>
                {
                    kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(2));
                    kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(2));
                });
            },
        });
        using var client = await ConnectOverHttp2Async(app, "/ws?channel=news", token: null);
        await client.NextAsync("subscribed");

        // The silence itself is what is tested; Kestrel looks at its rates once a second.
        await Task.Delay(TimeSpan.FromSeconds(6));
        await app.PublishAsync("news", 1, 1);

        (await client.NumbersAsync(1)).Should().Equal(1);
    }

    /// <param name="deflates">Whether client and server may compress.</param>
    /// <param name="server">How the server listens.</param>
    /// <param name="connect">How a client reaches it.</param>
    private async Task TellAsync(bool deflates, Action<IWebHostBuilder> server, Func<BroadcastApp, string, string?, Task<WireClient>> connect)
    {
        _deflates = deflates;
        await using var app = await BroadcastApp.StartAsync(new BroadcastAppSetup
        {
            Server = server,
            Broadcasting = options => options.PresenceGrace = TimeSpan.Zero,
            WebSockets = options => (options.Compression.Enabled, options.Compression.MinBytes) = (deflates, 200),
            Map = map => map.MapBroadcastChannel("room.{id}", (string id) => new { room = id }),
        });

        // Presence.
        var one = await connect(app, "/ws?channel=news", TestTokens.Of("1"));
        (await one.NextAsync("subscribed")).String("channel").Should().Be("news");
        (await one.SubscribeAsync("presence-room.9"))["members"].GetArrayLength().Should().Be(1);
        var two = await connect(app, "/ws?channel=news", TestTokens.Of("2"));
        await two.NextAsync("subscribed");
        (await two.SubscribeAsync("presence-room.9"))["members"].GetArrayLength().Should().Be(2);
        (await one.NextAsync("member_joined"))["member"].GetProperty("user_id").GetString().Should().Be("2");

        // Events, small and large, many and one.
        await app.PublishAsync("news", 1, 300, padding: 300);
        await app.PublishAsync("news", 301, 301, padding: 100 * 1024);
        foreach (var client in new[] { one, two })
        {
            (await client.NumbersAsync(300)).Should().Equal(Enumerable.Range(1, 300));
            var large = await client.NextAsync("event");
            large.Number().Should().Be(301);
            large["data"].GetString()!.Length.Should().Be(4 + (100 * 1024));
        }

        // Pings, an error, and after unsubscribed nothing.
        await one.ExpectQuietAsync();
        await one.SendAsync("this is not JSON");
        (await one.NextAsync("error")).String("code").Should().Be("bad_message");
        await one.SendAsync("""{"type":"unsubscribe","channel":"news"}""");
        await one.NextAsync("unsubscribed");
        await app.PublishAsync("news", 302, 302);
        (await two.NumbersAsync(1)).Should().Equal(302);

        // A large message of the client's, in many reads.
        await one.SendAsync($$"""{"type":"ping","padding":"{{new string('x', 50_000)}}"}""");
        await one.NextAsync("pong");

        // The client closes.
        await two.CloseAsync(1000, "bye");
        (await two.ClosedAsync()).Code.Should().Be(1000);
        (await one.NextAsync("member_left"))["member"].GetProperty("user_id").GetString().Should().Be("2");

        // The server closes.
        (await app.Connections.DisconnectUserAsync("1", new DisconnectReason(4200, "reconnect"))).Should().Be(1);
        (await one.ClosedAsync()).Should().Be(new WireClose(4200, "reconnect"));
        await app.EmptyAsync();
    }

    private static void Listen(IWebHostBuilder host, Action<ListenOptions> configure) =>
        host.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, configure));

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null); // with a key that TLS can use
    }

    private bool IsOurs(X509Certificate? presented) => presented?.GetCertHashString() == _certificate.Thumbprint;

    private async Task<WireClient> ConnectAsync(BroadcastApp app, string pathAndQuery, string? token)
    {
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, presented, _, _) => IsOurs(presented);
        return await OpenAsync(app, socket, invoker: null, pathAndQuery, token);
    }

    private async Task<WireClient> ConnectOverHttp2Async(BroadcastApp app, string pathAndQuery, string? token)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, presented, _, _) => IsOurs(presented) },
        };
        var invoker = new HttpMessageInvoker(handler);
        _resources.Add(invoker);
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return await OpenAsync(app, socket, invoker, pathAndQuery, token);
    }

    private async Task<WireClient> OpenAsync(BroadcastApp app, ClientWebSocket socket, HttpMessageInvoker? invoker, string pathAndQuery, string? token)
    {
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.DangerousDeflateOptions = _deflates ? new WebSocketDeflateOptions() : null;
        if (token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }

        var scheme = app.Address.Scheme == "https" ? "wss" : "ws";
        await socket.ConnectAsync(new Uri($"{scheme}://{app.Address.Authority}{pathAndQuery}"), invoker, CancellationToken.None).InTimeAsync();
        socket.HttpResponseHeaders!.ContainsKey("Sec-WebSocket-Extensions").Should().Be(_deflates);
        return await GreetAsync(socket);
    }

    private async Task<WireClient> ConnectToTestServerAsync(BroadcastApp app, string pathAndQuery, string? token)
    {
        var server = (TestServer)app.Services.GetRequiredService<IServer>();
        var client = server.CreateWebSocketClient();
        client.ConfigureRequest = request =>
        {
            request.Headers.Authorization = token is null ? default : new StringValues("Bearer " + token);
            request.Headers.SecWebSocketExtensions = _deflates ? "permessage-deflate" : default(StringValues);
        };

        return await GreetAsync(await client.ConnectAsync(new Uri(server.BaseAddress, pathAndQuery), CancellationToken.None).InTimeAsync());
    }

    private async Task<WireClient> GreetAsync(WebSocket socket)
    {
        var client = WireClient.Over(socket);
        _resources.Add(client);
        await client.GreetingAsync();
        return client;
    }
}
