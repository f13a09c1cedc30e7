using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.AspNetCore.Tests.Support;

/// <summary>
/// An app on Kestrel at a free port of the loopback, with the end point at <c>/ws</c> and tokens of <see cref="TestTokens"/>.
/// </summary>
internal sealed class BroadcastApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<IDisposable> _clients = [];
    private readonly BroadcastAppSetup _setup;

    private BroadcastApp(WebApplication app, RecordedLogs logs, BroadcastAppSetup setup)
    {
        _app = app;
        _setup = setup;
        Logs = logs;
    }

    public RecordedLogs Logs { get; }

    public IServiceProvider Services => _app.Services;

    public IBroadcaster Broadcaster => Services.GetRequiredService<IBroadcaster>();

    public IBroadcastConnections Connections => Services.GetRequiredService<IBroadcastConnections>();

    public LocalHub Hub => Services.GetRequiredService<LocalHub>();

    /// <summary>Where it listens: <c>http://127.0.0.1:port</c>.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>Where its clients connect to when that is something in front of it.</summary>
    public Uri? Front { get; set; }

    public static async Task<BroadcastApp> StartAsync(BroadcastAppSetup? setup = null)
    {
        setup ??= new BroadcastAppSetup();
        var logs = new RecordedLogs();
        var builder = WebApplication.CreateSlimBuilder();
        (setup.Server ?? (host => setup.Way.Listen(host))).Invoke(builder.WebHost);
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddFilter(WaysOut.BytesLog, LogLevel.None).AddProvider(logs);
        if (setup.Time is not null)
        {
            builder.Services.AddSingleton(setup.Time); // before anything adds the system's
        }

        builder.Services.AddAuthentication(TestTokens.Name).AddScheme<AuthenticationSchemeOptions, TestTokens>(TestTokens.Name, configureOptions: null);
        builder.Services.AddAuthorization();
        setup.Services?.Invoke(builder.Services);
        builder.Services.AddBroadcasting(setup.Broadcasting).ConfigureWebSockets(options =>
        {
            setup.Way.Configure(options);
            options.Compression.Enabled = setup.Deflates;
            setup.WebSockets?.Invoke(options);
        });
        var app = builder.Build();
        setup.Way.Map(app);
        app.MapBroadcastWebSockets("/ws");
        setup.Map?.Invoke(app);
        await app.StartAsync();
        return new BroadcastApp(app, logs, setup);
    }

    /// <summary>Connects a client and reads the greeting.</summary>
    public async Task<WireClient> ConnectAsync(string pathAndQuery = "/ws", string? token = null)
    {
        var client = WireClient.Over(await _setup.Way.ConnectAsync(Front ?? Address, pathAndQuery, token, _setup.Deflates));
        lock (_clients)
        {
            _clients.Add(client);
        }

        await client.GreetingAsync();
        return client;
    }

    /// <summary>
    /// Connects on the level of bytes; the answer to the handshake has been read. Unless it <paramref name="pongs"/>, the server's
    /// frames stay on the stream.
    /// </summary>
    public async Task<RawClient> ConnectRawAsync(string pathAndQuery = "/ws", string? token = null, bool pongs = false)
    {
        var client = await _setup.Way.ConnectRawAsync(Front ?? Address, pathAndQuery, token, pongs: pongs);
        lock (_clients)
        {
            _clients.Add(client);
        }

        return client;
    }

    /// <summary>Waits until no connection and no subscription is left on this node.</summary>
    public Task EmptyAsync() => Wait.UntilAsync(
        () => Hub is { ConnectionCount: 0, ChannelCount: 0 },
        "the hub is empty");

    /// <summary>Stops as on SIGTERM: every client gets its close.</summary>
    public Task StopAsync() => _app.StopAsync();

    /// <summary>Also fails when a connection is left behind, or the end point failed without the test meaning it to.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await Wait.UntilAsync(() => Hub.ConnectionCount == 0, "no connection is left behind");
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (!_setup.FailsOnPurpose)
        {
            Logs.All.Where(log => log.Level >= LogLevel.Error && IsOfEndpointOrServer(log))
                .Select(log => $"{log.Message} {log.Exception}")
                .Should().BeEmpty("the end point never fails by itself");
        }
    }

    private static bool IsOfEndpointOrServer(RecordedLog log) => log.Id == 2008 || log.Everything.StartsWith("Microsoft.", StringComparison.Ordinal);
}
