using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>
/// An app on Kestrel with nothing in it but what the test adds, where <see cref="BroadcastApp"/> has its end point and tokens; it
/// logs everything there is.
/// </summary>
internal sealed class LiveApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LiveApp(WebApplication app, RecordedLogs logs)
    {
        _app = app;
        Logs = logs;
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public RecordedLogs Logs { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<LiveApp> StartAsync(Action<IServiceCollection> services, Action<WebApplication> configure)
    {
        var logs = new RecordedLogs();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddFilter((_, _) => true);
        services(builder.Services);
        var app = builder.Build();
        configure(app);
        await app.StartAsync();
        return new LiveApp(app, logs);
    }

    /// <summary>Connects and gives the first frame; the connection is closed again.</summary>
    public async Task<JsonElement> ConnectAsync(string pathAndQuery, params (string Name, string Value)[] headers)
    {
        using var socket = new ClientWebSocket();
        foreach (var (name, value) in headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.ConnectAsync(new Uri(new UriBuilder(Client.BaseAddress!) { Scheme = "ws" }.Uri, pathAndQuery), timeout.Token);
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, timeout.Token);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        return JsonDocument.Parse(Encoding.UTF8.GetString(buffer, 0, received.Count)).RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
