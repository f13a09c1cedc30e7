using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RfBroadcast.RedisNode;

/// <summary>What the meters of RfBroadcast have counted in this process, by instrument; tags are summed.</summary>
public sealed class Figures : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>Starts to listen.</summary>
    public Figures()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("RfBroadcast", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        _listener.Start();
    }

    /// <summary>The sums so far, and what observable instruments say now.</summary>
    public IReadOnlyDictionary<string, double> All()
    {
        _listener.RecordObservableInstruments();
        return new SortedDictionary<string, double>(_sums, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value)
    {
        if (instrument.IsObservable)
        {
            _sums[instrument.Name] = value;
        }
        else
        {
            _sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        }
    }
}
