using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Closes all connections when the app stops, before the server does: no new ones, then 1001 to each, a few at a time, so
/// that the clients do not all come back in one moment.
/// </summary>
internal sealed class ConnectionDrain : IHostedLifecycleService
{
    // What of the time the host gives may go by, so that some is left for the last answers.
    private const double ShareOfTimeout = 0.8;

    // Slower than this is of no use to anybody.
    private const int LeastPerSecond = 200;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly LocalHub _hub;
    private readonly TimeSpan _shutdownTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDraining;
    private int _count;

    public ConnectionDrain(LocalHub hub, IOptions<HostOptions> host, BroadcastMetrics metrics, TimeProvider time, ILogger<ConnectionDrain> logger)
    {
        _hub = hub;
        _shutdownTimeout = host.Value.ShutdownTimeout;
        _time = time;
        _logger = logger;
        metrics.ObserveQueueBytes(() => Connections().Sum(connection => (long)connection.Queue.QueuedBytes));
    }

    /// <summary>Whether the app is stopping and no connection is taken any more.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Notes a connection that is in the hub now.</summary>
    public void Joined(ClientConnection connection)
    {
        Interlocked.Increment(ref _count);
        if (_isDraining)
        {
            connection.Close(CloseCode.GoingAway, "the server is going away");
        }
    }

    /// <summary>Notes that one has ended.</summary>
    public void Left()
    {
        if (Interlocked.Decrement(ref _count) == 0 && _isDraining)
        {
            _empty.TrySetResult();
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        var connections = Connections().ToArray();
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        Log.Draining(_logger, connections.Length);
        var seconds = _shutdownTimeout.TotalSeconds * ShareOfTimeout;
        var perSecond = Math.Max(LeastPerSecond, connections.Length / Math.Max(seconds, 1));
        var start = _time.GetTimestamp();
        try
        {
            for (var closed = 0; closed < connections.Length;)
            {
                // By the clock, and together: where the pumps are busy a step takes long, and the next one makes up for it.
                var time = _time.GetElapsedTime(start) + Step;
                var due = Math.Min(connections.Length, (int)(perSecond * time.TotalSeconds));
                await Task.WhenAll(connections[closed..due].Select(CloseAsync)).WaitAsync(cancellationToken).ConfigureAwait(false);
                closed = due;
                await Task.Delay(Step, _time, cancellationToken).ConfigureAwait(false);
            }

            // Each ends by itself, at the latest when its own time to close is over.
            if (Volatile.Read(ref _count) > 0)
            {
                await _empty.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The host's time is over: the server ends what is left.
        }
    }

    private IEnumerable<ClientConnection> Connections() => _hub.Connections.OfType<ClientConnection>();

    /// <summary>Closes one connection after everything that was accepted for it; what is queued goes first anyway.</summary>
    private async Task CloseAsync(ClientConnection connection)
    {
        await _hub.FlushAsync(connection.Id).ConfigureAwait(false);
        connection.Close(CloseCode.GoingAway, "the server is going away");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
