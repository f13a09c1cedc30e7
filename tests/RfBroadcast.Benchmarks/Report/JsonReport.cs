using System.Text.Json;

namespace RfBroadcast.Benchmarks;

/// <summary>Writes all values as JSON, each run's too: for whoever compares two runs of the command.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Of(string description, Results results, IReadOnlyList<Target> targets) => JsonSerializer.Serialize(
        new
        {
            Description = description,
            Rows = results.Rows.Select(row => new
            {
                Name = row,
                Servers = Enum.GetValues<ServerKind>().Select(server => new
                {
                    Name = server.ToString(),
                    Figures = Enum.GetValues<Figure>().Select(figure => FigureOf(results, row, server, figure)).OfType<object>(),
                }),
            }),
            Targets = targets.Select(target => new
            {
                target.Row,
                Figure = FigureInfo.Of(target.Figure).Name,
                To = target.Server?.ToString() ?? target.OtherRow,
                Measured = target.Of(results),
                target.Limit,
                target.IsLeast,
                target.IsDifference,
                Met = target.Of(results) is { } measured ? target.IsMet(measured) : (bool?)null,
            }),
        },
        Options);

    private static object? FigureOf(Results results, string row, ServerKind server, Figure figure) => results.Of(row, server, figure) is { } spread
        ? new { FigureInfo.Of(figure).Name, FigureInfo.Of(figure).Unit, spread.Median, spread.Min, spread.Max, Runs = results.Values(row, server, figure) }
        : null;
}
