using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RfBroadcast.TestSupport;

/// <summary>
/// A redis-server of its own, with a private directory, on a port of the loopback that it keeps from run to run. What it holds
/// is written to its append-only file, so that it is there again after a restart, unless that is to be without its data.
/// </summary>
internal sealed partial class RedisServer : RestartableProcess, IAsyncDisposable
{
    private const string PretendCompared = """
        local before = redis.call('HGET', KEYS[1], 'top')
        local time = redis.call('TIME')
        return redis.call('HSET', KEYS[1], 'top', string.sub(before, 1, 26) .. struct.pack('>I6', time[1] * 1000 + math.floor(time[2] / 1000)))
        """;

    private readonly int? _core;
    private readonly string[] _settings;

    private RedisServer(int? core, string[] settings)
    {
        _core = core;
        _settings = settings;
        Directory = System.IO.Directory.CreateTempSubdirectory("rfb-redis-").FullName;
    }

    public int Port { get; private set; } = LoopbackPorts.Next();

    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public string Directory { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Settings and their values in turn, as in redis.conf: <c>"maxmemory", "10mb"</c>.</param>
    public static Task<RedisServer> StartNewAsync(params string[] settings) => StartNewAsync(core: null, settings);

    /// <summary>Starts a server on one processor core alone, where one is given.</summary>
    public static async Task<RedisServer> StartNewAsync(int? core, params string[] settings)
    {
        var server = new RedisServer(core, settings);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again, on the same port, after it was stopped or killed.</summary>
    public async Task StartAsync(bool withData = true)
    {
        if (!withData)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
            System.IO.Directory.CreateDirectory(Directory);
        }

        List<string> arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", Directory,
            "--save", "", "--appendonly", "yes", "--appendfsync", "no", "--repl-diskless-sync-delay", "0",
        ];
        for (var i = 0; i < _settings.Length; i += 2)
        {
            arguments.Add("--" + _settings[i]);
            arguments.Add(_settings[i + 1]);
        }

        // Pinned by taskset, which replaces itself by the server.
        var start = _core is { } core
            ? new ProcessStartInfo("taskset", ["-c", core.ToString(CultureInfo.InvariantCulture), "redis-server", .. arguments])
            : new ProcessStartInfo("redis-server", arguments);
        await RunAsync(start, "Ready to accept connections");
    }

    /// <summary>Starts another server, as a replica of this one.</summary>
    public Task<RedisServer> StartReplicaAsync() => StartNewAsync("replicaof", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {Port}"));

    /// <summary>Freezes a replica of this server and lets go of it: it gets nothing of what is written from now on.</summary>
    public async Task LeaveBehindAsync(RedisServer replica)
    {
        await replica.FreezeAsync();
        await CliAsync("CLIENT", "KILL", "TYPE", "replica");
    }

    /// <summary>Lets go of a replica, which runs on and finds no way back; until it is <see cref="AdmitAsync">admitted</see> again.</summary>
    public async Task CutOffAsync(RedisServer replica)
    {
        await replica.CliAsync("CONFIG", "SET", "masterauth", "wrong");
        await CliAsync("CLIENT", "KILL", "TYPE", "replica");
    }

    /// <summary>As a replica, it may connect to its master again.</summary>
    public Task AdmitAsync() => CliAsync("CONFIG", "SET", "masterauth", "");

    /// <summary>Waits until it has, as a replica, its master's data.</summary>
    public Task UntilReplicatingAsync() => Eventually.TrueAsync(
        async () => (await CliAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal), $"{EndPoint} has its master's data");

    /// <summary>As if the channel's server had been compared a moment ago, so that for a second it is not, for that reason alone.</summary>
    public Task PretendComparedAsync(Channel channel) => CliAsync("EVAL", PretendCompared, "1", $"rf:meta:{{{channel.WireName}}}");

    /// <summary>Waits until its replica has all that it has. (<c>WAIT</c> would wait only for what its own connection has written.)</summary>
    public Task UntilReplicatedAsync() => Eventually.TrueAsync(
        async () =>
        {
            var info = await CliAsync("INFO", "replication");
            return Replica().Match(info) is { Success: true } replica && Own().Match(info).Groups["offset"].Value == replica.Groups["offset"].Value;
        },
        "the replica has all");

    /// <summary>Runs redis-cli on it; gives what it prints. An error reply of the server throws.</summary>
    public Task<string> CliAsync(params string[] arguments) => RedisCli.RunAsync(Port, arguments);

    /// <summary>Lets no client's command through for a while (<c>CLIENT PAUSE</c>); it returns at once.</summary>
    public Task PauseClientsAsync(TimeSpan time, bool onlyWrites = false) =>
        CliAsync("CLIENT", "PAUSE", ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), onlyWrites ? "WRITE" : "ALL");

    public Task ResumeClientsAsync() => CliAsync("CLIENT", "UNPAUSE");

    /// <summary>Closes the connections of all clients but redis-cli's own.</summary>
    public async Task KillClientsAsync()
    {
        await CliAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await CliAsync("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes");
    }

    /// <summary>Adds a user (<c>ACL SETUSER</c>) that may do what the rules say: <c>"+@all", "~*", "&amp;*", "-eval"</c>.</summary>
    public Task SetUserAsync(string name, string password, params string[] rules) =>
        CliAsync(["ACL", "SETUSER", name, "reset", "on", ">" + password, .. rules]);

    /// <summary>Bounds its memory; 0 for no bound. With <paramref name="bytes"/> = 1 every write fails for want of memory.</summary>
    public async Task SetMaxMemoryAsync(long bytes)
    {
        await CliAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await CliAsync("CONFIG", "SET", "maxmemory", bytes.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>All its keys.</summary>
    public async Task<string[]> KeysAsync(string pattern = "*") =>
        (await CliAsync("--scan", "--pattern", pattern)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public ValueTask DisposeAsync()
    {
        End();
        try
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        catch (IOException)
        {
            // Killed a moment ago, it may still have had a file to finish; the directory is a temporary one.
        }

        return default;
    }

    [GeneratedRegex(@"^slave0:.*\bstate=online,offset=(?<offset>\d+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Replica();

    [GeneratedRegex(@"^master_repl_offset:(?<offset>\d+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Own();
}
