using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// 5,000 users join one presence channel over two nodes, 1,000 at a time. What counts is what Redis does for them. That is measured by the microsecond on a
/// core that Redis shares, so there are several channels, one after the other, and the median counts.
/// </summary>
internal sealed class JoinStormWorkload : IRedisWorkload
{
    private const int Channels = 3;
    private const int Stages = 5;
    private const int StageJoins = 1000;
    private const int WarmUpJoins = 1000;

    public string Name => "join";

    public async Task RunAsync(Cores cores, RedisProcess redis, Results results, bool quick)
    {
        await using var first = ChildProcess.StartServer(cores.Server, "node", redis.EndPoint);
        await using var second = ChildProcess.StartServer(cores.Server, "node", redis.EndPoint);
        await JoinAsync(first, second, "presence-warm-up", 0, WarmUpJoins);
        var storms = new Results();
        for (var channel = 0; channel < Channels; channel++)
        {
            await StormAsync(redis, first, second, storms, channel);
        }

        results.AddMedians(storms, ServerKind.Redis);
    }

    private static async Task StormAsync(RedisProcess redis, ChildProcess first, ChildProcess second, Results results, int number)
    {
        var channel = string.Create(CultureInfo.InvariantCulture, $"presence-storm.{number}");
        var next = WarmUpJoins + (number * Stages * StageJoins); // users and connections are new ones
        var start = await redis.WorkAsync();
        for (var stage = 0; stage < Stages; stage++, next += StageJoins)
        {
            var before = await redis.WorkAsync();
            var time = await JoinAsync(first, second, channel, next, StageJoins);
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
