namespace RfBroadcast.Benchmarks;

/// <summary>RfBroadcast as an app has it: default settings, compression on or off, no logging. Channels named <c>kept.…</c> keep their
/// history; <c>drops.…</c> drop the oldest for whoever is too slow. With a Redis it is a node of those that share it.</summary>
internal sealed class RfBroadcastServer : IBenchmarkServer
{
    private readonly WebApplication _app;

    public RfBroadcastServer(bool deflates = false, string? redis = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var broadcasting = builder.Services.AddBroadcasting(options =>
        {
            options.Channels.For("kept.{**name}", channel => channel.KeepHistory(1000, TimeSpan.FromMinutes(10)));
            options.Channels.For("drops.{**name}", channel => channel.Overflow = OverflowPolicy.DropOldest);
        }).ConfigureWebSockets(options => options.Compression.Enabled = deflates);
        if (redis is not null)
        {
            broadcasting.UseRedis(redis);
        }

        _app = builder.Build();
        _app.MapBroadcastWebSockets("/ws");
    }

    public async Task<int> StartAsync()
    {
        await _app.StartAsync();
        return WebPort.Of(_app);
    }

    public IPublishedChannel Channel(string name) =>
        new PublishedChannel(_app.Services.GetRequiredService<IBroadcaster>(), RfBroadcast.Channel.Parse(name));

    private sealed class PublishedChannel(IBroadcaster broadcaster, Channel channel) : IPublishedChannel
    {
        private readonly Channel[] _channels = [channel];

        public async ValueTask PublishAsync(long number, byte[] padding) =>
            await broadcaster.BroadcastAsync(new Tick(_channels, new Payload(number, padding)));

        public Task BeginAsync(long number, byte[] padding) => broadcaster.BroadcastAsync(new Tick(_channels, new Payload(number, padding))).AsTask();
    }

    private sealed class Tick(Channel[] channels, Payload payload) : IEvent
    {
        public IReadOnlyList<Channel> BroadcastOn() => channels;

        public string BroadcastAs() => "tick";

        public object BroadcastWith() => payload;
    }
}
