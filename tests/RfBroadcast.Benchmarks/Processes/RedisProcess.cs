using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RfBroadcast.Benchmarks;

/// <summary>A redis-server of the benchmark's own, on the load's core and a free port of the loopback, which writes nothing to the disk.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly int _core;
    private readonly int _port;
    private Process? _process;

    private RedisProcess(int core, int port)
    {
        _core = core;
        _port = port;
    }

    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public static async Task<RedisProcess> StartNewAsync(int core)
    {
        var redis = new RedisProcess(core, FreePort());
        await redis.StartAsync();
        return redis;
    }

    /// <summary>Kills it and starts it again, empty; returns when it accepts connections.</summary>
    public async Task RestartAsync()
    {
        await DisposeAsync();
        await StartAsync();
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

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task StartAsync()
    {
        string[] arguments =
        [
            "-c", _core.ToString(CultureInfo.InvariantCulture), "redis-server", "--port", _port.ToString(CultureInfo.InvariantCulture),
            "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        ];
        var start = new ProcessStartInfo("taskset", arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException("taskset did not start.");
        using var timeout = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                return; // it logs little after this, less than a pipe holds
            }
        }

        throw new InvalidOperationException("redis-server did not start.");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, port: 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
