using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using RfBroadcast.AspNetCore.Tests.Support;
using RfBroadcast.AspNetCore.Tests.Telemetry;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>Looks for anything that an app, whose broadcaster is a <see cref="StubBroadcaster"/>, keeps of clients that are gone.</summary>
internal sealed class Leftovers : IDisposable
{
    private readonly ConcurrentQueue<WeakReference> _connections = new();
    private readonly BroadcastApp _app;
    private readonly RecordedMetrics _metrics;
    private readonly int _timers;

    /// <summary>Starts to look, while nobody is connected.</summary>
    public Leftovers(BroadcastApp app)
    {
        _app = app;
        _metrics = new RecordedMetrics(app.Services);
        _timers = app.Services.GetRequiredService<TimerWheel>().Count;
        app.Services.GetRequiredService<StubBroadcaster>().BeforeRemove = id =>
        {
            Note(id);
            return Task.CompletedTask;
        };
    }

    /// <summary>Waits until nothing is left.</summary>
    /// <param name="atLeast">How many connections there must have been.</param>
    public async Task NothingAsync(int atLeast)
    {
        var wheel = _app.Services.GetRequiredService<TimerWheel>();
        var limits = _app.Services.GetRequiredService<ConnectionLimits>();
        var presence = _app.Services.GetRequiredService<MemoryBroadcaster>().Presence;
        await _app.EmptyAsync();
        await Wait.UntilAsync(() => presence.ChannelCount == 0, "nobody is present");
        await Wait.UntilAsync(() => limits.Count == 0, "every place is free");
        await Wait.UntilAsync(() => wheel.Count == _timers, "no timer runs");
        await _metrics.SumIsAsync("rfbroadcast.connections", 0);
        await _metrics.SumIsAsync("rfbroadcast.subscriptions", 0);
        _metrics.Observe("rfbroadcast.queue.bytes").Should().Be(0);
        _connections.Should().HaveCountGreaterThan(atLeast);
        await Wait.UntilAsync(AreCollected, "the connections can be collected");
    }

    public void Dispose() => _metrics.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Note(string id)
    {
        if (_app.Hub.FindConnection(id) is { } connection)
        {
            _connections.Enqueue(new WeakReference(connection));
        }
    }

    private bool AreCollected()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return _connections.All(connection => !connection.IsAlive);
    }
}
