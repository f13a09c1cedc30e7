using Microsoft.Extensions.Logging;

namespace RfBroadcast.Redis;

/// <summary>
/// The sentinels of one master: asks all of them where it is, and notices when it is another server, by what they publish (<c>+switch-master</c>) and,
/// should that get lost, by asking at intervals.
/// </summary>
/// <remarks>One asks at a time; <see cref="Moved"/> is for any thread. Watches from the first question on. An answer that differs from the others' counts when its epoch is the highest.</remarks>
internal sealed class SentinelGroup(SentinelSettings settings, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // When most have answered, the others get this long: the one that has just led a fail-over may be among them.
    private static readonly TimeSpan LateAnswers = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task? _watching;
    private TaskCompletionSource _moved = New();
    private SentinelAddress? _master;
    private long _switches;

    /// <summary>Completes when the master is another one than the last that <see cref="FindAsync"/> gave.</summary>
    public Task Moved
    {
        get
        {
            lock (_gate)
            {
                return _moved.Task;
            }
        }
    }

    /// <summary>The sentinels in words, for people.</summary>
    public string Describe() => $"the master of \"{settings.Service}\" at the sentinels {string.Join(", ", settings.Sentinels)}";

    /// <summary>Asks for the master.</summary>
    /// <exception cref="BroadcasterUnavailableException">None of the sentinels can be reached, or they know no such master.</exception>
    public async Task<SentinelAddress> FindAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _master = null;
            _moved = New();
        }

        _watching ??= Task.WhenAll([PollAsync(), .. settings.Sentinels.Select(WatchAsync)]);
        while (true)
        {
            var switches = Interlocked.Read(ref _switches);
            var master = await AskAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                if (switches == _switches)
                {
                    _master = master;
                    _moved = New();
                    return master;
                }
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_watching is { } watching)
        {
            await watching.ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task<SentinelAddress> AskAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = settings.Sentinels.Select(sentinel => AskAsync(sentinel, bound.Token)).ToList();
        var faults = new List<string>();
        SentinelAnswer? best = null;
        var answered = 0;
        while (asking.Count > 0)
        {
            var done = await Task.WhenAny(asking).ConfigureAwait(false);
            asking.Remove(done);
            var (answer, fault) = await done.ConfigureAwait(false);
            if (fault is not null)
            {
                faults.Add(fault);
                continue;
            }

            if (answer is { } found && (best is null || found.Epoch > best.Value.Epoch))
            {
                best = found;
            }

            if (++answered > settings.Sentinels.Count / 2)
            {
                bound.CancelAfter(LateAnswers);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return best?.Master
            ?? throw new BroadcasterUnavailableException(SentinelFaults.Explain(settings, answered > 0 ? [] : faults), mayHaveBeenSent: false);
    }

    private async Task<(SentinelAnswer? Answer, string? Fault)> AskAsync(SentinelAddress sentinel, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var connection = await SentinelConnection.OpenAsync(sentinel, settings, bound.Token).ConfigureAwait(false);
            return (await connection.AskAsync(settings.Service, bound.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException)
        {
            return (null, $"{sentinel}: it does not answer");
        }
        catch (Exception fault)
        {
            return (null, $"{sentinel}: {fault.Message}");
        }
    }

    private async Task WatchAsync(SentinelAddress sentinel)
    {
        var backoff = new Backoff();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(backoff.Next(), time, _stopping.Token).ConfigureAwait(false);
                using var connection = await ListenAsync(sentinel).ConfigureAwait(false);
                backoff.Reset();
                while (true)
                {
                    Heard(await connection.ReadSwitchAsync(settings.Service, PollInterval, time, _stopping.Token).ConfigureAwait(false));
                }
            }
            catch (Exception fault)
            {
                if (!_stopping.IsCancellationRequested)
                {
                    Log.SentinelFailed(logger, fault, sentinel.ToString());
                }
            }
        }
    }

    private async Task<SentinelConnection> ListenAsync(SentinelAddress sentinel)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, limit.Token);
        var connection = await SentinelConnection.OpenAsync(sentinel, settings, bound.Token).ConfigureAwait(false);
        try
        {
            await connection.SubscribeAsync(bound.Token).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private async Task PollAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(PollInterval, time, _stopping.Token).ConfigureAwait(false);
                Heard(await AskAsync(_stopping.Token).ConfigureAwait(false), isSwitch: false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The end.
            }
            catch (BroadcasterUnavailableException)
            {
                // The watchers say so in the log.
            }
        }
    }

    private void Heard(SentinelAddress master, bool isSwitch = true)
    {
        TaskCompletionSource? moved = null;
        lock (_gate)
        {
            _switches += isSwitch ? 1 : 0;
            if (_master != master)
            {
                moved = _moved;
            }
        }

        moved?.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
