using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Benchmarks;

/// <summary>Measures what Redis costs: nodes that it joins beside the memory broadcaster, and publishing beside StackExchange.Redis alone.</summary>
internal static class RedisCommand
{
    public const string Usage =
        """
        redis [--quick] [--runs N] [--only NAME,..] [--json FILE] [--markdown FILE]
            through a redis-server that the command starts and ends itself: remote (fan-out on another node), publish, subscribe, join
        """;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = RunOptions.Parse("redis", RedisWorkloads.All.Select(workload => workload.Name), choosesServers: false, arguments);
        if (options is null)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var results = new Results();
        try
        {
            await MeasureAsync(options, results);
        }
        catch (Exception fault) when (fault is InvalidDataException or InvalidOperationException or PlatformNotSupportedException or RedisException)
        {
            await Console.Error.WriteLineAsync("FAILED: " + fault.Message);
            return 1;
        }

        await options.WriteAsync(results, RedisTargets.All, MarkdownFile.RedisMark);
        return 0;
    }

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
