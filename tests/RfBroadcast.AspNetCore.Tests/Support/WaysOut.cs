using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>Sets servers up for a <see cref="WayOut"/>, and connects to them.</summary>
internal static class WaysOut
{
    /// <summary>The category of the log that connection middleware writes: every byte, so better not kept.</summary>
    public const string BytesLog = "bytes";

    // One for all: each connection to a server carries many streams.
    private static readonly HttpMessageInvoker Http2 = new(Handler());

    /// <summary>Those that differ in how frames leave.</summary>
    public static IReadOnlyList<WayOut> Distinct { get; } = [WayOut.Socket, WayOut.Stream, WayOut.WebSocket];

    /// <summary>Those that are the stream, too, and differ below it.</summary>
    public static IReadOnlyList<WayOut> Further { get; } = [.. Enum.GetValues<WayOut>().Except(Distinct)];

    /// <summary>Every way with each of some values.</summary>
    public static TheoryData<WayOut, T> Each<T>(params T[] values) => Each(Enum.GetValues<WayOut>(), values);

    /// <summary>Some ways with each of some values.</summary>
    public static TheoryData<WayOut, T> Each<T>(IEnumerable<WayOut> ways, IReadOnlyCollection<T> values)
    {
        var data = new TheoryData<WayOut, T>();
        foreach (var way in ways)
        {
            foreach (var value in values)
            {
                data.Add(way, value);
            }
        }

        return data;
    }

    public static bool IsHttp2(this WayOut way) => way is WayOut.Http2 or WayOut.ClearHttp2;

    /// <summary>Listens at a free port of the loopback.</summary>
    public static void Listen(this WayOut way, IWebHostBuilder host) =>
        host.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = way.IsHttp2() ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (way is WayOut.Tls or WayOut.Http2)
            {
                listen.UseHttps(TestCertificate.Value);
            }

            if (way == WayOut.Middleware)
            {
                listen.UseConnectionLogging(BytesLog);
            }
        }));

    /// <summary>Before the end points.</summary>
    public static void Map(this WayOut way, IApplicationBuilder app)
    {
        if (way != WayOut.WebSocket)
        {
            return;
        }

        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        app.Use((context, next) =>
        {
            context.Features.Set<IHttpUpgradeFeature>(null);
            return next(context);
        });
    }

    public static void Configure(this WayOut way, BroadcastWebSocketOptions options) =>
        options.SocketPath = way == WayOut.Stream ? SocketPath.Off : SocketPath.Auto;

    /// <summary>Connects on the level of frames; the answer to the handshake has been read.</summary>
    /// <param name="way">How.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="pathAndQuery">Where to.</param>
    /// <param name="token">For the header, or null.</param>
    /// <param name="receiveBuffer">Of the client's socket, or 0 for the system's; not over HTTP/2.</param>
    /// <param name="pongs">Whether it answers the pings by which the server finds the way to its socket.</param>
    public static Task<RawClient> ConnectRawAsync(
        this WayOut way,
        Uri server,
        string pathAndQuery,
        string? token = null,
        int receiveBuffer = 0,
        bool pongs = true) => way switch
    {
        WayOut.Http2 or WayOut.ClearHttp2 => OpenHttp2Async(connection: null, server, pathAndQuery, token),
        _ => RawClient.ConnectAsync(
            server,
            pathAndQuery,
            token,
            receiveBuffer: receiveBuffer,
            letsOnSocket: pongs,
            over: server.Scheme == "https" ? SecureAsync : null),
    };

    /// <summary>The same over a connection that is there already.</summary>
    public static async Task<RawClient> OpenRawAsync(this WayOut way, Stream connection, Uri server, string pathAndQuery, string? token = null) => way switch
    {
        WayOut.Http2 or WayOut.ClearHttp2 => await OpenHttp2Async(connection, server, pathAndQuery, token),
        WayOut.Tls => await RawClient.OpenAsync(await SecureAsync(connection), server, pathAndQuery, token),
        _ => await RawClient.OpenAsync(connection, server, pathAndQuery, token),
    };

    /// <summary>Connects as an app would.</summary>
    /// <param name="way">How.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="pathAndQuery">Where to.</param>
    /// <param name="token">For the header, or null.</param>
    /// <param name="deflates">Whether it offers compression.</param>
    public static async Task<ClientWebSocket> ConnectAsync(this WayOut way, Uri server, string pathAndQuery, string? token = null, bool deflates = false)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.DangerousDeflateOptions = deflates ? new WebSocketDeflateOptions() : null;
        if (token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        }

        var address = new UriBuilder(new Uri(server, pathAndQuery)) { Scheme = server.Scheme == "https" ? "wss" : "ws" }.Uri;
        if (!way.IsHttp2())
        {
            socket.Options.RemoteCertificateValidationCallback = (_, presented, _, _) => TestCertificate.IsShownBy(presented);
            await socket.ConnectAsync(address, CancellationToken.None).InTimeAsync();
        }
        else
        {
            socket.Options.HttpVersion = HttpVersion.Version20;
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            await socket.ConnectAsync(address, Http2, CancellationToken.None).InTimeAsync();
        }

        socket.HttpResponseHeaders!.ContainsKey("Sec-WebSocket-Extensions").Should().Be(deflates && way != WayOut.WebSocket);
        return socket;
    }

    /// <summary>Lays TLS over a connection.</summary>
    public static async Task<Stream> SecureAsync(Stream stream)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(Tls("127.0.0.1"));
        return secure;
    }

    private static SslClientAuthenticationOptions Tls(string? host) => new()
    {
        TargetHost = host,
        RemoteCertificateValidationCallback = (_, presented, _, _) => TestCertificate.IsShownBy(presented),
    };

    private static SocketsHttpHandler Handler() => new() { SslOptions = Tls(host: null) };

    private static async Task<RawClient> OpenHttp2Async(Stream? connection, Uri server, string pathAndQuery, string? token)
    {
        var http = Http2;
        if (connection is not null)
        {
            var handler = Handler();
            handler.ConnectCallback = (_, _) => ValueTask.FromResult(connection);
            http = new HttpMessageInvoker(handler);
        }

        var request = new HttpRequestMessage(HttpMethod.Connect, new Uri(server, pathAndQuery))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Protocol = "websocket";
        request.Headers.Add("Sec-WebSocket-Version", "13");
        if (token is not null)
        {
            request.Headers.Add("Authorization", "Bearer " + token);
        }

        var response = await http.SendAsync(request, CancellationToken.None).InTimeAsync();
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return RawClient.Over(await response.Content.ReadAsStreamAsync());
    }
}
