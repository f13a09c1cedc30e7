using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>A master, its replica, and three sentinels that make the replica the master within some seconds.</summary>
internal sealed class RedisSentinelPair : IAsyncDisposable
{
    /// <summary>The name that the sentinels know the pair by.</summary>
    public const string Name = "rfb";

    private readonly List<(int Port, string Directory, ChildProcess Process)> _sentinels = [];

    private RedisSentinelPair(RedisServer first, RedisServer second)
    {
        First = first;
        Second = second;
    }

    /// <summary>The server that was the master at first.</summary>
    public RedisServer First { get; }

    /// <summary>The server that was the replica at first.</summary>
    public RedisServer Second { get; }

    /// <summary>The end points of the sentinels.</summary>
    public string SentinelEndPoints =>
        string.Join(',', _sentinels.Select(sentinel => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{sentinel.Port}")));

    public static async Task<RedisSentinelPair> StartNewAsync()
    {
        var first = await RedisServer.StartNewAsync();
        var second = await first.StartReplicaAsync();
        var pair = new RedisSentinelPair(first, second);
        try
        {
            await pair.UntilReplicatingAsync();
            for (var i = 0; i < 3; i++)
            {
                await pair.AddSentinelAsync();
            }

            await Eventually.TrueAsync(
                async () => (await pair.AskAsync("CKQUORUM", Name)).StartsWith("OK 3", StringComparison.Ordinal)
                    && (await pair.AskAsync("REPLICAS", Name)).Contains(second.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
                "the sentinels know each other and the replica");
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>What lets a node find the master.</summary>
    public void Configure(RedisBroadcastOptions options)
    {
        options.Sentinels = SentinelEndPoints.Split(',');
        options.SentinelService = Name;
    }

    /// <summary>The server that the sentinels take for the master.</summary>
    public async Task<RedisServer> MasterAsync()
    {
        var answer = (await AskAsync("GET-MASTER-ADDR-BY-NAME", Name)).Split('\n');
        return int.Parse(answer[1], CultureInfo.InvariantCulture) == First.Port ? First : Second;
    }

    public async Task<RedisServer> ReplicaAsync() => await MasterAsync() == First ? Second : First;

    /// <summary>Asks the sentinels to make the replica the master, and waits until it is.</summary>
    public async Task FailOverAsync()
    {
        var before = await MasterAsync();
        await Eventually.TrueAsync(async () => await AskAsync("FAILOVER", Name) == "OK", "the sentinels take the order");
        await UntilMasterIsNotAsync(before);
    }

    /// <summary>Waits until another server is the master, and takes writes.</summary>
    public Task UntilMasterIsNotAsync(RedisServer before) => Eventually.TrueAsync(
        async () =>
        {
            var master = await MasterAsync();
            return master != before && (await master.CliAsync("ROLE")).StartsWith("master", StringComparison.Ordinal);
        },
        "another server is the master");

    /// <summary>Waits until both run and the replica has the master's data.</summary>
    public Task UntilReplicatingAsync() => Eventually.TrueAsync(
        async () => (await First.CliAsync("INFO", "replication") + await Second.CliAsync("INFO", "replication"))
            .Contains("master_link_status:up", StringComparison.Ordinal),
        "the replica has the master's data");

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, directory, process) in _sentinels)
        {
            process.Dispose();
            Directory.Delete(directory, recursive: true);
        }

        await First.DisposeAsync();
        await Second.DisposeAsync();
    }

    private Task<string> AskAsync(params string[] arguments) => RedisCli.RunAsync(_sentinels[0].Port, ["SENTINEL", .. arguments]);

    private async Task AddSentinelAsync()
    {
        var (port, directory) = (LoopbackPorts.Next(), Directory.CreateTempSubdirectory("rfb-sentinel-").FullName);
        var file = Path.Combine(directory, "sentinel.conf");

        // Sentinel writes into its file what it finds out.
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            port {port}
            bind 127.0.0.1
            dir {directory}
            sentinel monitor {Name} 127.0.0.1 {First.Port} 2
            sentinel down-after-milliseconds {Name} 1000
            sentinel failover-timeout {Name} 5000
            """));
        var process = ChildProcess.Start(new ProcessStartInfo("redis-server", [file, "--sentinel"]));
        _sentinels.Add((port, directory, process));
        await process.UntilOutputAsync("+monitor");
    }
}
