using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>What the command line of <c>fanout</c> says.</summary>
internal sealed record FanoutOptions
{
    public bool Quick { get; private init; }

    public int Runs => RunsAsked ?? (Quick ? 1 : 3);

    private int? RunsAsked { get; init; }

    public IReadOnlyList<string> Only { get; private init; } = [];

    public IReadOnlyList<ServerKind> Servers { get; private init; } = Enum.GetValues<ServerKind>();

    public string? Json { get; private init; }

    public string? Markdown { get; private init; }

    /// <summary>Reads it; null when it is wrong.</summary>
    public static FanoutOptions? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new FanoutOptions();
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
                case ["--only", var names, ..] when names.Split(',') is var only && only.All(FanoutWorkloads.Has):
                    options = options with { Only = only };
                    break;
                case ["--servers", var names, ..] when names.Split(',') is var kinds && kinds.All(name => Enum.IsDefined(typeof(ServerKind), name)):
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
    public string Description => string.Create(CultureInfo.InvariantCulture, $"`fanout{(Quick ? " --quick" : "")}`, {Runs} runs, {Machine.Description}");

    /// <summary>Whether a workload is asked for.</summary>
    public bool Includes(IWorkload workload) => Only.Count > 0 ? Only.Contains(workload.Name) : !workload.StandsAlone && (!Quick || workload.IsMain);
}
