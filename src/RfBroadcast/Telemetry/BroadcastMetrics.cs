using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace RfBroadcast;

/// <summary>
/// The instruments of one process's broadcasting (<see cref="BroadcastTelemetry"/>); broadcasters and end points record with
/// it. Thread-safe, and free of allocation while nobody listens.
/// </summary>
public sealed class BroadcastMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly UpDownCounter<long> _connections;
    private readonly UpDownCounter<long> _subscriptions;
    private readonly Counter<long> _published;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _drops;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _recoveries;
    private readonly Counter<long> _errors;
    private readonly ActivitySource _activities = new(BroadcastTelemetry.ActivitySourceName);

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">The app's factory; null makes a meter of its own.</param>
    public BroadcastMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(BroadcastTelemetry.MeterName) ?? new Meter(BroadcastTelemetry.MeterName);
        _connections = _meter.CreateUpDownCounter<long>(BroadcastTelemetry.Connections, "{connection}", "Connections with a socket.");
        _subscriptions = _meter.CreateUpDownCounter<long>(BroadcastTelemetry.Subscriptions, "{subscription}", "Subscriptions of connections with a socket.");
        _published = _meter.CreateCounter<long>(BroadcastTelemetry.MessagesPublished, "{message}", "Messages accepted.");
        _deliveries = _meter.CreateCounter<long>(BroadcastTelemetry.Deliveries, "{frame}", "Frames handed to connections by the fan-out.");
        _drops = _meter.CreateCounter<long>(BroadcastTelemetry.Drops, "{frame}", "Frames dropped because a connection was too slow.");
        _duration = _meter.CreateHistogram<double>(BroadcastTelemetry.BroadcastDuration, "s", "Time until a broadcast was accepted.");
        _recoveries = _meter.CreateCounter<long>(BroadcastTelemetry.Recoveries, "{recovery}", "Clients that came back with a position.");
        _errors = _meter.CreateCounter<long>(BroadcastTelemetry.Errors, "{error}", "Error frames sent to clients.");
    }

    /// <summary>Whether somebody listens to activities. While nobody does, none is started.</summary>
    public bool IsTraced => _activities.HasListeners();

    /// <summary>Starts the activity of a broadcast; null while nobody listens.</summary>
    public Activity? StartPublish(BroadcastRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var activity = _activities.StartActivity(BroadcastTelemetry.PublishActivity, ActivityKind.Producer);
        activity?.SetTag(BroadcastTelemetry.EventTag, request.Event.BroadcastAs());
        return activity;
    }

    /// <summary>Starts the activity of an authorization; null while nobody listens.</summary>
    public Activity? StartAuthorize(ChannelKind kind)
    {
        var activity = _activities.StartActivity(BroadcastTelemetry.AuthorizeActivity);
        activity?.SetTag(BroadcastTelemetry.KindTag, NameOf(kind));
        return activity;
    }

    /// <summary>Records messages that were accepted, and how long it took.</summary>
    public void Published(int messages, TimeSpan duration)
    {
        _published.Add(messages);
        _duration.Record(duration.TotalSeconds);
    }

    /// <summary>Records frames dropped, or, with <see cref="OverflowPolicy.Close"/>, discarded together with the connection.</summary>
    public void Dropped(OverflowPolicy policy, int frames) =>
        _drops.Add(frames, new KeyValuePair<string, object?>(BroadcastTelemetry.PolicyTag, NameOf(policy)));

    /// <summary>Records an error frame.</summary>
    public void Error(string code) => _errors.Add(1, new KeyValuePair<string, object?>(BroadcastTelemetry.CodeTag, code));

    /// <summary>Observes how many bytes wait for all connections.</summary>
    /// <param name="read">Called when somebody collects; must be quick.</param>
    public void ObserveQueueBytes(Func<long> read) =>
        _meter.CreateObservableGauge(BroadcastTelemetry.QueueBytes, read, "By", "Bytes that wait in the queues of all connections.");

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        _activities.Dispose();
    }

    internal void ConnectionsChanged(int by) => _connections.Add(by);

    internal void SubscriptionsChanged(int by) => _subscriptions.Add(by);

    internal void Delivered(long frames) => _deliveries.Add(frames);

    internal void Recovered(RecoveryFailure failure) =>
        _recoveries.Add(1, new KeyValuePair<string, object?>(BroadcastTelemetry.OutcomeTag, NameOf(failure)));

    private static string NameOf(ChannelKind kind) => kind switch
    {
        ChannelKind.Private => "private",
        ChannelKind.Presence => "presence",
        _ => "public",
    };

    private static string NameOf(OverflowPolicy policy) => policy switch
    {
        OverflowPolicy.DropOldest => "drop_oldest",
        OverflowPolicy.Latest => "latest",
        _ => "close",
    };

    private static string NameOf(RecoveryFailure failure) => failure switch
    {
        RecoveryFailure.None => "recovered",
        RecoveryFailure.Expired => "expired",
        RecoveryFailure.Epoch => "epoch",
        RecoveryFailure.Limit => "limit",
        _ => "no_history",
    };
}
