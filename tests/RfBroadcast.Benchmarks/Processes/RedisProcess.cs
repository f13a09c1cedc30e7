using RfBroadcast.TestSupport;
using StackExchange.Redis;

namespace RfBroadcast.Benchmarks;

/// <summary>A redis-server of the benchmark's own, on the load's core and a free port of the loopback, which writes nothing to the disk.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly RedisServer _server;

    private RedisProcess(RedisServer server) => _server = server;

    public string EndPoint => _server.EndPoint;

    public static async Task<RedisProcess> StartNewAsync(int core) => new(await RedisServer.StartNewAsync(core, "appendonly", "no"));

    /// <summary>Kills it and starts it again, empty; returns when it accepts connections.</summary>
    public async Task RestartAsync()
    {
        await _server.KillAsync();
        await _server.StartAsync(withData: false);
    }

    /// <summary>A section of <c>INFO</c>: names and values.</summary>
    public async Task<IReadOnlyDictionary<string, string>> InfoAsync(string section)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync(EndPoint + ",allowAdmin=true");
        var groups = await connection.GetServer(EndPoint).InfoAsync(section);
        return groups.SelectMany(group => group).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>What clients asked for so far.</summary>
    public async Task<RedisWork> WorkAsync() => RedisWork.Of(await InfoAsync("commandstats"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
