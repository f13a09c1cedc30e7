using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>What the command line of <c>fanout</c> or <c>redis</c> says.</summary>
internal sealed record RunOptions
{
    private string Command { get; init; } = "";

    public bool Quick { get; private init; }

    public int Runs => RunsAsked ?? (Quick ? 1 : 3);

    private int? RunsAsked { get; init; }

    public IReadOnlyList<string> Only { get; private init; } = [];

    public IReadOnlyList<ServerKind> Servers { get; private init; } = Enum.GetValues<ServerKind>();

    public string? Json { get; private init; }

    public string? Markdown { get; private init; }

    /// <summary>Reads it; null when it is wrong.</summary>
    /// <param name="command">The command.</param>
    /// <param name="workloads">The names of its workloads.</param>
    /// <param name="choosesServers">Whether servers may be named.</param>
    /// <param name="arguments">What follows the command.</param>
    public static RunOptions? Parse(string command, IEnumerable<string> workloads, bool choosesServers, ReadOnlySpan<string> arguments)
    {
        var options = new RunOptions { Command = command };
        while (arguments.Length > 0)
        {
            switch (arguments)
            {
                case ["--quick", ..]:
                    options = options with { Quick = true };
                    arguments = arguments[1..];
                    continue;
                case ["--runs", var text, ..] when int.TryParse(text, CultureInfo.InvariantCulture, out var runs) && runs > 0:
                    options = options with { RunsAsked = runs };
                    break;
                case ["--only", var names, ..] when names.Split(',') is var only && only.All(workloads.Contains):
                    options = options with { Only = only };
                    break;
                case ["--servers", var names, ..] when choosesServers && names.Split(',') is var kinds && kinds.All(name => Enum.IsDefined(typeof(ServerKind), name)):
                    options = options with { Servers = [.. kinds.Select(Enum.Parse<ServerKind>)] };
                    break;
                case ["--json", var file, ..]:
                    options = options with { Json = file };
                    break;
                case ["--markdown", var file, ..]:
                    options = options with { Markdown = file };
                    break;
                default:
                    return null;
            }

            arguments = arguments[2..];
        }

        return options;
    }

    /// <summary>How and where it was measured.</summary>
    public string Description => string.Create(CultureInfo.InvariantCulture, $"`{Command}{(Quick ? " --quick" : "")}`, {Runs} runs, {Machine.Description}");

    /// <summary>Whether a workload is asked for.</summary>
    public bool Includes(IWorkload workload) => Only.Count > 0 ? Only.Contains(workload.Name) : !workload.StandsAlone && (!Quick || workload.IsMain);

    /// <summary>Prints what was measured, and writes the files that were asked for.</summary>
    /// <param name="results">It.</param>
    /// <param name="targets">What was to be reached.</param>
    /// <param name="mark">Between which marks of a file the tables go.</param>
    public async Task WriteAsync(Results results, IReadOnlyList<Target> targets, string mark)
    {
        var report = Report.Of(results, targets);
        await Console.Out.WriteLineAsync(Description);
        await Console.Out.WriteLineAsync(TextTable.Of(report));
        if (Json is not null)
        {
            await File.WriteAllTextAsync(Json, JsonReport.Of(Description, results, targets));
        }

        if (Markdown is not null)
        {
            await MarkdownFile.WriteAsync(Markdown, MarkdownReport.Of(Description, report), mark);
        }
    }
}
