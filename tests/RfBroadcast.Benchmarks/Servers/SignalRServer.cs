using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace RfBroadcast.Benchmarks;

/// <summary>SignalR as an app has it: default settings, JSON protocol, WebSockets only, no logging. A group is the channel.</summary>
internal sealed class SignalRServer : IBenchmarkServer
{
    private readonly WebApplication _app;

    public SignalRServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSignalR();
        _app = builder.Build();
        _app.MapHub<TickHub>("/ws", options => options.Transports = HttpTransportType.WebSockets);
    }

    public async Task<int> StartAsync()
    {
        await _app.StartAsync();
        return WebPort.Of(_app);
    }

    public IPublishedChannel Channel(string name) =>
        new PublishedChannel(_app.Services.GetRequiredService<IHubContext<TickHub>>().Clients.Group(name));

    private sealed class PublishedChannel(IClientProxy group) : IPublishedChannel
    {
        public async ValueTask PublishAsync(long number, byte[] padding) => await group.SendAsync("tick", new Payload(number, padding));
    }

    private sealed class TickHub : Hub
    {
        public Task Subscribe(string channel) => Groups.AddToGroupAsync(Context.ConnectionId, channel);
    }
}
