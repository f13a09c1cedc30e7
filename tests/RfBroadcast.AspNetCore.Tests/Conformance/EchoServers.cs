using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RfBroadcast.AspNetCore.Tests.Support;
using RfBroadcast.EchoHost;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>The end point of tests/RfBroadcast.EchoHost, on a server of its own for each way out.</summary>
public sealed class EchoServers : IAsyncLifetime
{
    private readonly Dictionary<WayOut, WebApplication> _apps = [];

    public Task InitializeAsync() => Task.CompletedTask;

    /// <summary>Where the server of a way listens.</summary>
    internal async Task<Uri> AddressAsync(WayOut way)
    {
        if (!_apps.TryGetValue(way, out var app))
        {
            var builder = WebApplication.CreateSlimBuilder();
            way.Listen(builder.WebHost);
            builder.Logging.ClearProviders();
            EchoEndpoint.Add(builder);
            builder.Services.Configure<BroadcastWebSocketOptions>(options => way.Configure(options));
            app = builder.Build();
            way.Map(app);
            EchoEndpoint.Map(app);
            await app.StartAsync();
            _apps[way] = app;
        }

        return new Uri(app.Urls.Single());
    }

    /// <summary>Also fails when a connection is left.</summary>
    public async Task DisposeAsync()
    {
        foreach (var app in _apps.Values)
        {
            var hub = app.Services.GetRequiredService<LocalHub>();
            await Wait.UntilAsync(() => hub.ConnectionCount == 0, "no connection is left behind");
            await app.DisposeAsync();
        }
    }
}
