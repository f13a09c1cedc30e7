using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>5,000 users join one presence channel over two nodes, 1,000 at a time. What counts is what Redis does for them.</summary>
internal sealed class JoinStormWorkload : IRedisWorkload
{
    private const int Stages = 5;
    private const int StageJoins = 1000;

    public string Name => "join";

    public async Task RunAsync(Cores cores, RedisProcess redis, Results results, bool quick)
    {
        await using var first = ChildProcess.StartServer(cores.Server, "node", redis.EndPoint);
        await using var second = ChildProcess.StartServer(cores.Server, "node", redis.EndPoint);
        await JoinAsync(first, second, "presence-warm-up", 0, 200);
        var start = await redis.WorkAsync();
        for (var stage = 0; stage < Stages; stage++)
        {
            var before = await redis.WorkAsync();
            var time = await JoinAsync(first, second, "presence-storm", 200 + (stage * StageJoins), StageJoins);
            var work = (await redis.WorkAsync()).Since(before);
            Add(results, string.Create(CultureInfo.InvariantCulture, $"joins {(stage * StageJoins) + 1} to {(stage + 1) * StageJoins}"), work, StageJoins, time);
        }

        Add(results, "all joins", (await redis.WorkAsync()).Since(start), Stages * StageJoins, time: null);
    }

    private static void Add(Results results, string row, RedisWork work, int joins, double? time)
    {
        if (time is { } seconds)
        {
            results.Add(row, ServerKind.Redis, Figure.Seconds, seconds);
        }

        results.Add(row, ServerKind.Redis, Figure.RedisTimePerJoin, (double)work.Microseconds / joins);
        results.Add(row, ServerKind.Redis, Figure.CommandsPerJoin, (double)work.Commands / joins);
    }

    // Half on each node; the later one's time.
    private static async Task<double> JoinAsync(ChildProcess first, ChildProcess second, string channel, int from, int count)
    {
        var half = count / 2;
        var times = await Task.WhenAll(
            first.AskAsync<long>(string.Create(CultureInfo.InvariantCulture, $"join {channel} {from} {half}")),
            second.AskAsync<long>(string.Create(CultureInfo.InvariantCulture, $"join {channel} {from + half} {count - half}")));
        return times.Max() / 1e9;
    }
}
