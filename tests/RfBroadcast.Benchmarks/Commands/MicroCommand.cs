using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace RfBroadcast.Benchmarks;

/// <summary>Runs the micro-benchmarks of the library's parts.</summary>
internal static class MicroCommand
{
    public const string Usage =
        """
        micro [FILTER]
            micro-benchmarks: publishing to N, writing frames, parsing, joining and leaving; a filter is a part of a name
        """;

    public static int Run(string[] arguments)
    {
        var filter = arguments is [var part] ? $"*{part}*" : "*";

        // In this process: the default would make a project inside this one's output, under this repository's build settings.
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.Default
                .WithToolchain(InProcessEmitToolchain.Instance)
                .WithIterationTime(TimeInterval.FromMilliseconds(200))
                .WithMaxIterationCount(20))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "rf-broadcast-micro"));
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(["--filter", filter], config);
        return summaries.Any() && summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
