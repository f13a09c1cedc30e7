using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>A server process and a load process, started for one workload and ended after it.</summary>
internal sealed class Session : IAsyncDisposable
{
    private const int ConnectsAtOnce = 200;

    private readonly ChildProcess _server;
    private readonly ChildProcess _publisher; // the server itself, or another node
    private readonly ChildProcess _load;

    // How many messages each channel of a set has had: a client that connects now must first receive the next.
    private readonly Dictionary<string, long> _published = new(StringComparer.Ordinal);
    private readonly int _core;

    private Session(ServerKind kind, int core, ChildProcess server, ChildProcess publisher, ChildProcess load)
    {
        _core = core;
        Kind = kind;
        _server = server;
        _publisher = publisher;
        _load = load;
    }

    public ServerKind Kind { get; }

    public static async Task<Session> StartAsync(Cores cores, ServerKind kind)
    {
        var server = ChildProcess.StartServer(cores.Server, "server", kind.ToString());
        try
        {
            var port = await server.AskAsync<int>("start");
            return new Session(kind, cores.Server, server, server, ChildProcess.StartLoad(cores.Load, "load", kind.ToString(), port.ToString(CultureInfo.InvariantCulture)));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync(Cores, ServerKind)"/>, with two nodes that Redis joins: the other publishes, on the load's core.</summary>
    public static async Task<Session> StartAsync(Cores cores, RedisProcess redis)
    {
        List<ChildProcess> started = [];
        try
        {
            var kind = ServerKind.Redis.ToString();
            started.Add(ChildProcess.StartServer(cores.Server, "server", kind, redis.EndPoint));
            started.Add(ChildProcess.StartServer(cores.Load, "server", kind, redis.EndPoint));
            var port = await started[0].AskAsync<int>("start");
            await started[1].AskAsync<int>("start");
            started.Add(ChildProcess.StartLoad(cores.Load, "load", kind, port.ToString(CultureInfo.InvariantCulture)));
            return new Session(ServerKind.Redis, cores.Server, started[0], started[1], started[2]);
        }
        catch
        {
            foreach (var process in started)
            {
                await process.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Connects and subscribes clients, round robin over the channels.</summary>
    public async Task<ConnectMeasured> ConnectAsync(string channels, int count)
    {
        var cpu = new ServerReading(_server.Id, _core);
        var connected = await _load.AskAsync<LoadConnected>(string.Create(CultureInfo.InvariantCulture, $"connect {channels} {count} {ConnectsAtOnce} {_published.GetValueOrDefault(channels) + 1}"));
        return new ConnectMeasured(count, connected, cpu.Spent());
    }

    /// <summary>Clients come back to a channel with the offset they had, and receive what they missed.</summary>
    public async Task<ConnectMeasured> ReturnAsync(string channel, int count, long since, long deliveries)
    {
        var cpu = new ServerReading(_server.Id, _core);
        var connected = await _load.AskAsync<LoadConnected>(string.Create(CultureInfo.InvariantCulture, $"return {channel} {count} {ConnectsAtOnce} {since}"));
        await ReceiveCheckedAsync(deliveries);
        return new ConnectMeasured(count, connected, cpu.Spent());
    }

    /// <summary>Publishes as fast as the server takes it, and receives all of it.</summary>
    public Task<DeliveryMeasured> BurstAsync(string channels, int messages, long deliveries, int size = 128) =>
        MeasureAsync(channels, messages, deliveries, string.Create(CultureInfo.InvariantCulture, $"burst {channels} {messages} {size}"));

    /// <summary>As <see cref="BurstAsync"/>, with many messages under way.</summary>
    public Task<DeliveryMeasured> BurstManyAsync(string channels, int messages, long deliveries, int underWay, int size = 128) =>
        MeasureAsync(channels, messages, deliveries, string.Create(CultureInfo.InvariantCulture, $"burst {channels} {messages} {size} {underWay}"));

    /// <summary>Publishes at a rate, and receives all of it.</summary>
    public Task<DeliveryMeasured> SteadyAsync(string channels, double perSecond, int messages, long deliveries, int size = 128) =>
        MeasureAsync(channels, messages, deliveries, string.Create(CultureInfo.InvariantCulture, $"steady {channels} {perSecond} {messages} {size}"));

    /// <summary>As <see cref="BurstAsync"/>, of JSON that looks like an app's.</summary>
    public Task<DeliveryMeasured> BurstJsonAsync(string channels, int messages, long deliveries, int size) =>
        MeasureAsync(channels, messages, deliveries, string.Create(CultureInfo.InvariantCulture, $"burst {channels} {messages} {JsonPadding.Prefix}{size}"));

    /// <summary>As <see cref="SteadyAsync"/>, of JSON that looks like an app's.</summary>
    public Task<DeliveryMeasured> SteadyJsonAsync(string channels, double perSecond, int messages, long deliveries, int size) =>
        MeasureAsync(channels, messages, deliveries, string.Create(CultureInfo.InvariantCulture, $"steady {channels} {perSecond} {messages} {JsonPadding.Prefix}{size}"));

    /// <summary>Publishes without anybody who is told of it.</summary>
    public Task PublishAsync(string channels, int messages, int size = 128)
    {
        Count(channels, messages);
        return _publisher.AskAsync<long>(string.Create(CultureInfo.InvariantCulture, $"burst {channels} {messages} {size}"));
    }

    /// <summary>Publishes on the server itself, on channels that nobody is subscribed to.</summary>
    public Task PublishFromServerAsync(string channels, int messages, int size = 128) =>
        _server.AskAsync<long>(string.Create(CultureInfo.InvariantCulture, $"burst {channels} {messages} {size}"));

    /// <summary>The first clients stop reading.</summary>
    public Task StallAsync(int count) => _load.AskAsync<bool>(string.Create(CultureInfo.InvariantCulture, $"stall {count}"));

    public Task CloseClientsAsync() => _load.AskAsync<bool>("close");

    /// <summary>The server's memory after a full collection.</summary>
    public async Task<long> ResidentAsync()
    {
        await _server.AskAsync<bool>("collect");
        return ResidentMemory.Bytes(_server.Id);
    }

    public async ValueTask DisposeAsync()
    {
        await _load.DisposeAsync();
        if (_publisher != _server)
        {
            await _publisher.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    private void Count(string channels, int messages)
    {
        var (each, rest) = Math.DivRem(messages, ChannelNames.Of(channels).Length);
        _published[channels] = rest == 0
            ? _published.GetValueOrDefault(channels) + each
            : throw new ArgumentException("Each channel must get as many messages as the others.", nameof(messages));
    }

    private async Task<DeliveryMeasured> MeasureAsync(string channels, int messages, long deliveries, string publish)
    {
        Count(channels, messages);
        await _load.AskAsync<bool>("expect");
        var allocated = await _server.AskAsync<long>("allocated");
        var cpu = new ServerReading(_server.Id, _core);
        var receiving = ReceiveCheckedAsync(deliveries);
        await _publisher.AskAsync<long>(publish);
        var received = await receiving;
        var spent = cpu.Spent();
        return new DeliveryMeasured(received, spent, await _server.AskAsync<long>("allocated") - allocated);
    }

    // A benchmark of messages that got lost is worth nothing, so the run ends here.
    private async Task<LoadReceived> ReceiveCheckedAsync(long deliveries)
    {
        var received = await _load.AskAsync<LoadReceived>(string.Create(CultureInfo.InvariantCulture, $"receive {deliveries}"));
        return received.Deliveries == deliveries && received is { Lost: 0, Repeated: 0, Reordered: 0 }
            ? received
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{Kind}: of {deliveries} deliveries came {received.Deliveries}: {received.Lost} lost, {received.Repeated} repeated, {received.Reordered} out of order."));
    }
}
