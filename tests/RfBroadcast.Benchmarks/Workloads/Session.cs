using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>A server process and a load process, started for one workload and ended after it.</summary>
internal sealed class Session : IAsyncDisposable
{
    private const int ConnectsAtOnce = 200;

    private readonly ChildProcess _server;
    private readonly ChildProcess _load;

    private Session(ServerKind kind, ChildProcess server, ChildProcess load)
    {
        Kind = kind;
        _server = server;
        _load = load;
    }

    public ServerKind Kind { get; }

    public static async Task<Session> StartAsync(Cores cores, ServerKind kind)
    {
        var server = ChildProcess.Start(cores.Server, "server", kind.ToString());
        try
        {
            var port = await server.AskAsync<int>("start");
            return new Session(kind, server, ChildProcess.Start(cores.Load, "load", kind.ToString(), port.ToString(CultureInfo.InvariantCulture)));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects and subscribes clients, round robin over the channels.</summary>
    public async Task<ConnectMeasured> ConnectAsync(string channels, int count, long? since = null)
    {
        var cpu = CpuClock.Nanoseconds(_server.Id);
        var connected = await _load.AskAsync<LoadConnected>(since is null
            ? string.Create(CultureInfo.InvariantCulture, $"connect {channels} {count} {ConnectsAtOnce}")
            : string.Create(CultureInfo.InvariantCulture, $"return {channels} {count} {ConnectsAtOnce} {since}"));
        return new ConnectMeasured(count, connected, CpuClock.Nanoseconds(_server.Id) - cpu);
    }

    /// <summary>Publishes as fast as the server takes it, and receives all of it.</summary>
    public Task<DeliveryMeasured> BurstAsync(string channels, int messages, long deliveries, int size = 128) =>
        MeasureAsync(string.Create(CultureInfo.InvariantCulture, $"burst {channels} {messages} {size}"), deliveries);

    /// <summary>Publishes at a rate, and receives all of it.</summary>
    public Task<DeliveryMeasured> SteadyAsync(string channels, double perSecond, int messages, long deliveries, int size = 128) =>
        MeasureAsync(string.Create(CultureInfo.InvariantCulture, $"steady {channels} {perSecond} {messages} {size}"), deliveries);

    /// <summary>Publishes without anybody who is told of it.</summary>
    public Task PublishAsync(string channels, int messages, int size = 128) =>
        _server.AskAsync<long>(string.Create(CultureInfo.InvariantCulture, $"burst {channels} {messages} {size}"));

    /// <summary>Receives what comes of itself, after <see cref="ExpectAsync"/>.</summary>
    public Task<LoadReceived> ReceiveAsync(long deliveries) => ReceiveCheckedAsync(deliveries);

    /// <summary>Starts to count anew.</summary>
    public Task ExpectAsync() => _load.AskAsync<bool>("expect");

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
        await _server.DisposeAsync();
    }

    private async Task<DeliveryMeasured> MeasureAsync(string publish, long deliveries)
    {
        await _load.AskAsync<bool>("expect");
        var allocated = await _server.AskAsync<long>("allocated");
        var cpu = new CpuReading(_server.Id);
        var receiving = ReceiveCheckedAsync(deliveries);
        await _server.AskAsync<long>(publish);
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
