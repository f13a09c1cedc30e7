using System.Globalization;

namespace RfBroadcast.Benchmarks;

/// <summary>Makes the tables: one a row of the benchmark, and one of the targets.</summary>
internal static class Report
{
    private static readonly (ServerKind Server, ServerKind Against)[] Pairs =
    [
        (ServerKind.RfBroadcast, ServerKind.SignalR),
        (ServerKind.RfBroadcast, ServerKind.Limit),
        (ServerKind.RfBroadcastDeflate, ServerKind.RfBroadcast),
        (ServerKind.RfBroadcastDeflate, ServerKind.WebSocketDeflate),
        (ServerKind.Redis, ServerKind.RfBroadcast),
        (ServerKind.Redis, ServerKind.RedisClient),
    ];

    public static IReadOnlyList<Table> Of(Results results, IReadOnlyList<Target> targets)
    {
        List<Table> tables = [.. results.Rows.Select(row => OfRow(results, row))];
        List<IReadOnlyList<string>> lines = [.. targets.Select(target => Line(results, target)).OfType<IReadOnlyList<string>>()];
        if (lines.Count > 0)
        {
            tables.Add(new Table("targets", ["row", "figure", "to", "measured", "limit", ""], lines));
        }

        return tables;
    }

    private static Table OfRow(Results results, string row)
    {
        var figures = Enum.GetValues<Figure>().Where(figure => Servers().Any(server => results.Of(row, server, figure) is not null)).ToArray();
        List<IReadOnlyList<string>> lines = [];
        foreach (var server in Servers().Where(server => figures.Any(figure => results.Of(row, server, figure) is not null)))
        {
            lines.Add([server.ToString(), .. figures.Select(figure => Cell(results.Of(row, server, figure), FigureInfo.Of(figure).Format))]);
        }

        foreach (var (server, against) in Pairs.Where(pair => results.Of(row, pair.Server, figures[0]) is not null && results.Of(row, pair.Against, figures[0]) is not null))
        {
            lines.Add([$"{server} / {against}", .. figures.Select(figure => Ratio(results, row, figure, server, against))]);
        }

        return new Table(row, ["", .. figures.Select(FigureInfo.Of).Select(info => info.Unit.Length > 0 ? $"{info.Name}, {info.Unit}" : info.Name)], lines);
    }

    private static string[]? Line(Results results, Target target)
    {
        if (target.Of(results) is not { } measured)
        {
            return null;
        }

        var info = FigureInfo.Of(target.Figure);
        var hasUnit = info.Unit.Length > 0 && (target.IsDifference || target is { Server: null, OtherRow: null });
        return [
            target.Row,
            hasUnit ? $"{info.Name}, {info.Unit}" : info.Name,
            (target.IsDifference ? "above " : "") + (target.Server?.ToString() ?? target.OtherRow ?? ""),
            Cell(measured, "0.00"),
            string.Create(CultureInfo.InvariantCulture, $"{(target.IsLeast ? "at least" : "at most")} {target.Limit:0.00}"),
            target.IsMet(measured) ? "met" : "NOT MET",
        ];
    }

    private static ServerKind[] Servers() => Enum.GetValues<ServerKind>();

    private static string Ratio(Results results, string row, Figure figure, ServerKind server, ServerKind against)
    {
        var values = results.Values(row, server, figure);
        var others = results.Values(row, against, figure);
        return values.Count == 0 || others.Count == 0 || others.Contains(0) || figure is Figure.LoadBusy or Figure.Disturbed
            ? ""
            : Cell(Spread.OfRatios(values, others), "0.00");
    }

    private static string Cell(Spread? spread, string format)
    {
        if (spread is not { } value)
        {
            return "";
        }

        string[] texts = [.. new[] { value.Median, value.Min, value.Max }.Select(number => number.ToString(format, CultureInfo.InvariantCulture))];
        return texts[1] == texts[2] ? texts[0] : $"{texts[0]} ({texts[1]}-{texts[2]})";
    }
}
