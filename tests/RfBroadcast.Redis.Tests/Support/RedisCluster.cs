using System.Globalization;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>A Redis Cluster of three masters with a replica each, that fails over within some seconds.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private readonly List<RedisServer> _servers = [];

    public IReadOnlyList<RedisServer> Servers => _servers;

    /// <summary>The end points of all, for a client's configuration.</summary>
    public string EndPoints => string.Join(',', _servers.Select(server => server.EndPoint));

    public static async Task<RedisCluster> StartNewAsync()
    {
        var cluster = new RedisCluster();
        try
        {
            for (var i = 0; i < 6; i++)
            {
                // By default the bus is 10,000 ports on, where there may be none.
                cluster._servers.Add(await RedisServer.StartNewAsync(
                    "cluster-enabled", "yes",
                    "cluster-port", LoopbackPorts.Next().ToString(CultureInfo.InvariantCulture),
                    "cluster-node-timeout", "2000"));
            }

            await RedisCli.RunAsync(["--cluster", "create", .. cluster._servers.Select(server => server.EndPoint), "--cluster-replicas", "1", "--cluster-yes"]);
            await cluster.UntilHealthyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every server that runs sees the cluster as whole, and every replica has its master's data.</summary>
    public async Task UntilHealthyAsync()
    {
        foreach (var server in _servers.Where(server => server.IsRunning))
        {
            await Eventually.TrueAsync(
                async () => (await server.CliAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal)
                    && !(await server.CliAsync("INFO", "replication")).Contains("master_link_status:down", StringComparison.Ordinal),
                $"{server.EndPoint} sees a healthy cluster");
        }
    }

    /// <summary>The master that holds a key.</summary>
    public async Task<RedisServer> MasterOfAsync(string key)
    {
        var slot = int.Parse(await _servers.First(server => server.IsRunning).CliAsync("CLUSTER", "KEYSLOT", key), CultureInfo.InvariantCulture);
        foreach (var server in _servers.Where(server => server.IsRunning))
        {
            var mine = (await server.CliAsync("CLUSTER", "NODES")).Split('\n').Single(line => line.Contains("myself", StringComparison.Ordinal)).Split(' ');
            if (mine[2].Contains("master", StringComparison.Ordinal) && mine.Skip(8).Any(range => Holds(range, slot)))
            {
                return server;
            }
        }

        throw new InvalidOperationException($"No master holds slot {slot}.");
    }

    /// <summary>The replica of a master, waited for: a server that was restarted becomes one only when it has heard from the others.</summary>
    public async Task<RedisServer> ReplicaOfAsync(RedisServer master)
    {
        var id = await master.CliAsync("CLUSTER", "MYID");
        RedisServer? replica = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var lines = (await master.CliAsync("CLUSTER", "NODES")).Split('\n').Select(line => line.Split(' '));
                var address = lines.Single(line => line[3] == id && line[7] == "connected")[1];
                replica = _servers.Single(server => address.StartsWith(server.EndPoint + "@", StringComparison.Ordinal));
                return (await replica.CliAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal);
            },
            $"{master.EndPoint} has a replica");
        return replica!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private static bool Holds(string range, int slot)
    {
        var ends = range.Split('-');
        return int.TryParse(ends[0], CultureInfo.InvariantCulture, out var first)
            && int.TryParse(ends[^1], CultureInfo.InvariantCulture, out var last)
            && slot >= first && slot <= last;
    }
}
