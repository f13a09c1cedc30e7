using System.Globalization;

namespace RfBroadcast.Redis.Tests.Chaos;

/// <summary>A Redis, three nodes as processes of their own, a proxy between each of them and Redis, and what is done to them.</summary>
internal sealed class ChaosWorld : IAsyncDisposable
{
    public const int NodeCount = 3;

    private static readonly string[] Settings =
    [
        "Broadcasting:PresenceGrace=00:00:00.5",
        "Broadcasting:Redis:Lease=00:00:03",
        "Broadcasting:Redis:Heartbeat=00:00:01",
        "Broadcasting:Redis:ConnectTimeout=00:00:02",
        "Broadcasting:Redis:CommandTimeout=00:00:02",
        "Broadcasting:Redis:UnsubscribeDelay=00:00:01",
        "Broadcasting:Redis:KeyLifetime=00:00:15",
        "Logging:LogLevel:RfBroadcast.AspNetCore=Error", // what clients are told, they are told often
        "Logging:LogLevel:Microsoft=Warning",
        "Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
        "Logging:Console:FormatterName=simple",
        "Logging:Console:FormatterOptions:SingleLine=true",
        "Logging:Console:FormatterOptions:TimestampFormat=HH:mm:ss.fff ",
    ];

    // What is done to one node, or to Redis, is done one after the other. The last is for Redis.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, NodeCount + 1).Select(_ => new SemaphoreSlim(1))];
    private readonly Action<string> _log;

    private ChaosWorld(RedisServer redis, Action<string> log) => (Redis, _log) = (redis, log);

    public RedisServer Redis { get; }

    public FaultyProxy[] Proxies { get; } = new FaultyProxy[NodeCount];

    public NodeProcess[] Nodes { get; } = new NodeProcess[NodeCount];

    public static async Task<ChaosWorld> StartAsync(Action<string> log)
    {
        var world = new ChaosWorld(await RedisServer.StartNewAsync(), log);
        for (var i = 0; i < NodeCount; i++)
        {
            world.Proxies[i] = new FaultyProxy(world.Redis.Port);
        }

        for (var i = 0; i < NodeCount; i++)
        {
            world.Nodes[i] = await NodeProcess.StartNewAsync(world.Proxies[i].EndPoint, Settings);
        }

        return world;
    }

    /// <summary>Carries out the steps, each at its time, and returns when the last has ended.</summary>
    public async Task RunAsync(IReadOnlyList<ChaosStep> steps)
    {
        var running = new List<Task>();
        var started = DateTime.UtcNow;
        foreach (var step in steps)
        {
            var wait = started + step.At - DateTime.UtcNow;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            _log(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {step}"));
            running.Add(RunAsync(step));
        }

        await Task.WhenAll(running);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            if (node is not null)
            {
                await node.DisposeAsync();
            }
        }

        foreach (var proxy in Proxies)
        {
            if (proxy is not null)
            {
                await proxy.DisposeAsync();
            }
        }

        await Redis.DisposeAsync();
        Array.ForEach(_turns, turn => turn.Dispose());
    }

    private async Task RunAsync(ChaosStep step)
    {
        var turn = _turns[step.Node < 0 ? NodeCount : step.Node];
        await turn.WaitAsync();
        try
        {
            await CarryOutAsync(step);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task CarryOutAsync(ChaosStep step)
    {
        var (node, proxy) = step.Node < 0 ? (null!, null!) : (Nodes[step.Node], Proxies[step.Node]);
        switch (step.Fault)
        {
            case ChaosFault.KillNode:
                await node.KillAsync();
                await Task.Delay(step.Length);
                await StartAsync(node.StartAsync);
                break;
            case ChaosFault.StopNode:
                await node.StopAsync();
                await Task.Delay(step.Length);
                await StartAsync(node.StartAsync);
                break;
            case ChaosFault.PauseNode:
                await node.FreezeAsync();
                await Task.Delay(step.Length);
                await node.ThawAsync();
                break;
            case ChaosFault.CutNode:
                proxy.Cut();
                break;
            case ChaosFault.FreezeNode:
                proxy.Freeze();
                await Task.Delay(step.Length);
                proxy.Thaw();
                break;
            case ChaosFault.DelayNode:
                proxy.Delay = step.Length / 50;
                await Task.Delay(step.Length);
                proxy.Delay = TimeSpan.Zero;
                break;
            case ChaosFault.RefuseNode:
                proxy.Refuses = true;
                proxy.Cut();
                await Task.Delay(step.Length);
                proxy.Refuses = false;
                break;
            case ChaosFault.PauseRedis:
                await Redis.PauseClientsAsync(step.Length);
                await Task.Delay(step.Length);
                break;
            case ChaosFault.KillClients:
                await Redis.KillClientsAsync();
                break;
            case ChaosFault.RestartRedis or ChaosFault.EmptyRedis:
                await Redis.KillAsync();
                await Task.Delay(step.Length);
                await StartAsync(() => Redis.StartAsync(withData: step.Fault == ChaosFault.RestartRedis));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Fault, "There is no such fault.");
        }
    }

    // A client's connection may have got the port meanwhile; it does not keep it for long.
    private static Task StartAsync(Func<Task> start) => Eventually.TrueAsync(
        async () =>
        {
            await start();
            return true;
        },
        "it starts again");
}
