using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>Measures what Redis costs: nodes that it joins beside the memory broadcaster, and publishing beside StackExchange.Redis alone.</summary>
internal static class RedisCommand
{
    public const string Usage =
        """
        redis [--quick] [--runs N] [--only NAME,..] [--json FILE] [--markdown FILE]
            through a redis-server that the command starts and ends itself: remote (fan-out on another node), publish, subscribe, join
        """;

    public static Task<int> RunAsync(string[] arguments) => MeasuringCommand.RunAsync(
        Usage,
        RunOptions.Parse("redis", RedisWorkloads.All.Select(workload => workload.Name), choosesServers: false, arguments),
        MeasureAsync,
        RedisTargets.All,
        MarkdownFile.RedisMark);

    private static async Task MeasureAsync(RunOptions options, Results results)
    {
        var cores = await Cores.TakeAsync();
        var start = Stopwatch.GetTimestamp();
        for (var run = 1; run <= options.Runs; run++)
        {
            foreach (var workload in RedisWorkloads.All.Where(workload => options.Only.Count == 0 || options.Only.Contains(workload.Name)))
            {
                var elapsed = Stopwatch.GetElapsedTime(start);
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{elapsed:mm\\:ss} {workload.Name}, run {run}"));
                await using var redis = await RedisProcess.StartNewAsync(cores.Load); // one that nobody has used yet
                await workload.RunAsync(cores, redis, results, options.Quick);
            }
        }
    }
}
