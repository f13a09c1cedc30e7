using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Telemetry;

/// <summary>docs/operations.md names what there is, and nothing else.</summary>
public sealed class OperationsDocTests
{
    private static readonly string Text = File.ReadAllText(Repository.PathOf("docs", "operations.md"));

    private static readonly string[][] Rows =
        [.. Text.Split('\n').Where(line => line.StartsWith("| `rfbroadcast.", StringComparison.Ordinal)).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    [Fact]
    public void Names_AreExactlyTheConstants() =>
        Regex.Matches(Text, "`rfbroadcast\\.[a-z._]+`").Select(match => match.Value.Trim('`')).Distinct()
            .Should().BeEquivalentTo(TelemetryNames.All.Values);

    [Fact]
    public async Task Table_HasEachInstrumentOnceWithItsKindAndUnit()
    {
        await using var app = await BroadcastApp.StartAsync();
        using var metrics = new RecordedMetrics(app.Services);

        Rows.Select(row => $"{row[0].Trim('`')}: {row[1]}, {row[2]}")
            .Should().BeEquivalentTo(metrics.Instruments.Select(instrument => $"{instrument.Name}: {KindOf(instrument)}, {UnitOf(instrument)}"));
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        UpDownCounter<long> => "up-down counter",
        Counter<long> => "counter",
        ObservableGauge<long> => "gauge",
        Histogram<double> => "histogram",
        _ => instrument.GetType().Name,
    };

    // What UCUM writes in braces is only counted.
    private static string UnitOf(Instrument instrument) => instrument.Unit switch
    {
        "By" => "bytes",
        "s" => "seconds",
        _ => "",
    };
}
