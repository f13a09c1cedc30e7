using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore.Tests.Telemetry;

/// <summary>Everything one app measures, and nothing of the apps of other tests: its own factory of meters is the scope.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(string Instrument, double Value, string Tags)> _all = [];
    private readonly List<Instrument> _instruments = [];
    private readonly MeterListener _listener = new();

    public RecordedMetrics(IServiceProvider services)
    {
        var scope = services.GetRequiredService<IMeterFactory>();
        services.GetRequiredService<BroadcastMetrics>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == BroadcastTelemetry.MeterName && ReferenceEquals(instrument.Meter.Scope, scope))
            {
                _instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Instrument> Instruments => _instruments;

    /// <summary>The sum of what was recorded, of all tags or of one: <c>name=value</c>.</summary>
    public double Sum(string instrument, string? tag = null) => Values(instrument, tag).Sum();

    public IReadOnlyList<double> Values(string instrument, string? tag = null)
    {
        lock (_gate)
        {
            return [.. _all.Where(measured => measured.Instrument == instrument && (tag is null || measured.Tags == tag)).Select(measured => measured.Value)];
        }
    }

    /// <summary>The sums by tag.</summary>
    public Dictionary<string, double> ByTag(string instrument)
    {
        lock (_gate)
        {
            return _all.Where(measured => measured.Instrument == instrument)
                .GroupBy(measured => measured.Tags)
                .ToDictionary(group => group.Key, group => group.Sum(measured => measured.Value));
        }
    }

    /// <summary>Waits until the sum is this; then it is exactly this.</summary>
    public async Task SumIsAsync(string instrument, double expected, string? tag = null)
    {
        await Wait.UntilAsync(() => Sum(instrument, tag) == expected, $"{instrument} {tag} is {expected}");
        Sum(instrument, tag).Should().Be(expected);
    }

    /// <summary>What a gauge tells now.</summary>
    public double Observe(string gauge)
    {
        _listener.RecordObservableInstruments();
        return Values(gauge)[^1];
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        lock (_gate)
        {
            _all.Add((instrument.Name, value, text));
        }
    }
}
