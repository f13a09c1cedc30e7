using System.Diagnostics.Metrics;

namespace RfBroadcast.Redis;

/// <summary>The instruments of the Redis broadcaster, on the meter of <see cref="BroadcastTelemetry"/>. Thread-safe.</summary>
internal sealed class RedisMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _sessions;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _overflows;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _swept;

    public RedisMetrics(IMeterFactory? meters)
    {
        _meter = meters?.Create(BroadcastTelemetry.MeterName) ?? new Meter(BroadcastTelemetry.MeterName);
        _sessions = _meter.CreateCounter<long>(RedisBroadcastTelemetry.Sessions, "{session}", "Connections to Redis that were made, the first one included.");
        _gaps = _meter.CreateCounter<long>(RedisBroadcastTelemetry.Gaps, "{message}", "Messages that were missing, by what became of them.");
        _lost = _meter.CreateCounter<long>(RedisBroadcastTelemetry.Lost, "{message}", "Messages without history that never arrived.");
        _overflows = _meter.CreateCounter<long>(RedisBroadcastTelemetry.Overflows, "{message}", "Messages for which there was no room between Redis and the fan-out.");
        _unreadable = _meter.CreateCounter<long>(RedisBroadcastTelemetry.Unreadable, "{entry}", "Envelopes of an unknown version, and stored entries that others have written.");
        _swept = _meter.CreateCounter<long>(RedisBroadcastTelemetry.Swept, "{node}", "Dead nodes that this node has swept.");
    }

    /// <summary>Observes whether there is a working connection, and how many channels are listened to.</summary>
    public void Observe(Func<bool> isConnected, Func<int> channels, Func<long> waiting)
    {
        _meter.CreateObservableGauge(RedisBroadcastTelemetry.Connected, () => isConnected() ? 1 : 0, "1", "1 while there is a working connection to Redis, else 0.");
        _meter.CreateObservableGauge(RedisBroadcastTelemetry.Channels, channels, "{channel}", "Channels this node is subscribed to in Redis.");
        _meter.CreateObservableGauge(RedisBroadcastTelemetry.ReceiveBytes, waiting, "By", "Bytes that wait between Redis and the fan-out.");
    }

    public void SessionMade() => _sessions.Add(1);

    public void Filled(int messages)
    {
        if (messages > 0)
        {
            _gaps.Add(messages, new KeyValuePair<string, object?>(BroadcastTelemetry.OutcomeTag, "filled"));
        }
    }

    public void Told() => _gaps.Add(1, new KeyValuePair<string, object?>(BroadcastTelemetry.OutcomeTag, "told"));

    public void Lost(long messages)
    {
        if (messages > 0)
        {
            _lost.Add(messages);
        }
    }

    public void Overflowed(int messages) => _overflows.Add(messages);

    public void Unreadable() => _unreadable.Add(1);

    public void Swept() => _swept.Add(1);

    public void Dispose() => _meter.Dispose();
}
