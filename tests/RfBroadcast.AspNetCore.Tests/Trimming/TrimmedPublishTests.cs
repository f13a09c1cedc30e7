using System.Diagnostics;
using RfBroadcast.TestSupport;

namespace RfBroadcast.AspNetCore.Tests.Trimming;

/// <summary>A trimmed, self-contained app made of core and AspNetCore: the trimmer has nothing to warn of, and it runs.</summary>
[Trait("Category", "Slow")]
public sealed class TrimmedPublishTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Publish_TrimmedAndSelfContained_HasNoWarningsAndRuns()
    {
        var output = Directory.CreateTempSubdirectory("rfb-trim");
        try
        {
            var project = Repository.PathOf("tests", "RfBroadcast.TrimSmoke");
            var publish = await RunAsync(
                "dotnet", "publish", project, "-c", "Release", "-r", "linux-x64", "--self-contained", "-warnaserror", "-o", output.FullName);
            publish.Output.Should().NotContain("warning IL");
            publish.ExitCode.Should().Be(0, publish.Output);

            var run = await RunAsync(Path.Combine(output.FullName, "RfBroadcast.TrimSmoke"));
            run.ExitCode.Should().Be(0, run.Output);
            run.Output.Should().EndWith("ok\n");
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string file, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await errors + output);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
