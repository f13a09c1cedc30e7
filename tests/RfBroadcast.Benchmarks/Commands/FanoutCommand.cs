using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>Runs the workloads against all servers, in turn, and prints what was measured.</summary>
internal static class FanoutCommand
{
    public const string Usage =
        """
        fanout [--quick] [--runs N] [--only NAME,..] [--servers NAME,..] [--json FILE] [--markdown FILE]
            RfBroadcast, SignalR and the limit server (RfBroadcast, SignalR, Limit) side by side. Only when named: compression-1k and
            compression-8k, of RfBroadcast, the same with compression, and ASP.NET Core's own (RfBroadcast, RfBroadcastDeflate, WebSocketDeflate)
        """;

    public static Task<int> RunAsync(string[] arguments) => MeasuringCommand.RunAsync(
        Usage,
        RunOptions.Parse("fanout", FanoutWorkloads.All.Select(workload => workload.Name), choosesServers: true, arguments),
        MeasureAsync,
        FanoutTargets.All,
        MarkdownFile.FanoutMark);

    private static async Task MeasureAsync(RunOptions options, Results results)
    {
        var cores = await Cores.TakeAsync();
        var start = Stopwatch.GetTimestamp();
        foreach (var workload in FanoutWorkloads.All.Where(options.Includes))
        {
            for (var run = 1; run <= options.Runs; run++)
            {
                foreach (var kind in options.Servers.Where(workload.Has))
                {
                    var elapsed = Stopwatch.GetElapsedTime(start);
                    await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{elapsed:mm\\:ss} {workload.Name}, run {run}, {kind}"));
                    await using var session = await Session.StartAsync(cores, kind);
                    await workload.RunAsync(session, results, options.Quick);
                }
            }
        }
    }
}
