using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>10,000 channels subscribed on a new node; then Redis is killed and comes back empty. Nothing is warmed up: a node that starts is not, either.</summary>
internal sealed class SubscribeStormWorkload : IRedisWorkload
{
    private const int Count = 10_000;
    private const string Channels = "room*10000";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public string Name => "subscribe";

    public async Task RunAsync(Cores cores, RedisProcess redis, Results results, bool quick)
    {
        await using var node = ChildProcess.StartServer(cores.Server, "node", redis.EndPoint);
        var subscribed = await node.AskAsync<long>("subscribe " + Channels) / 1e9;
        Add(results, "subscribe storm", subscribed);

        await redis.RestartAsync();
        var start = Stopwatch.GetTimestamp();
        while (await SubscribedAsync(redis) < Count)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new InvalidDataException("The channels were not subscribed again.");
            }

            await Task.Delay(20);
        }

        Add(results, "re-subscription", Stopwatch.GetElapsedTime(start).TotalSeconds);
        await CheckAsync(node, start);
    }

    private static void Add(Results results, string row, double seconds)
    {
        results.Add(row, ServerKind.Redis, Figure.Seconds, seconds);
        results.Add(row, ServerKind.Redis, Figure.PerSecond, Count / seconds);
    }

    // Every channel gets what is published through Redis: on channels that only look subscribed it would not.
    private static async Task CheckAsync(ChildProcess node, long start)
    {
        var before = await node.AskAsync<long>("frames");
        await node.AskAsync<bool>("publish " + Channels);
        while (await node.AskAsync<long>("frames") - before < Count)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new InvalidDataException("Not every channel got what was published after the restart.");
            }

            await Task.Delay(20);
        }
    }

    private static async Task<long> SubscribedAsync(RedisProcess redis) =>
        long.Parse((await redis.InfoAsync("stats"))["pubsub_channels"], CultureInfo.InvariantCulture);
}
