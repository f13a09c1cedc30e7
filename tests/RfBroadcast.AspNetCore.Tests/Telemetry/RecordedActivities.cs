using System.Collections.Concurrent;
using System.Diagnostics;

namespace RfBroadcast.AspNetCore.Tests.Telemetry;

/// <summary>
/// The activities of what one test does: those of its trace. A server takes the trace over from the request, so what a
/// connection made here causes belongs to it, too.
/// </summary>
internal sealed class RecordedActivities : IDisposable
{
    private readonly ConcurrentQueue<Activity> _all = new();
    private readonly ActivityListener _listener;
    private readonly Activity _test = new("test");

    public RecordedActivities()
    {
        _test.SetIdFormat(ActivityIdFormat.W3C).Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == BroadcastTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _test.TraceId)
                {
                    _all.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<Activity> All => _all;

    /// <summary>Those of one name, with their tags as text.</summary>
    public IEnumerable<string> Of(string name) => _all
        .Where(activity => activity.OperationName == name)
        .Select(activity => string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}")));

    public void Dispose()
    {
        _listener.Dispose();
        _test.Dispose();
    }
}
