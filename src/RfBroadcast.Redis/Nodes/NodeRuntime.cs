using Microsoft.Extensions.Logging;

namespace RfBroadcast.Redis;

/// <summary>
/// What this node does with its connection to Redis, from one session to the next: listens for control messages, keeps its lease, takes
/// its channels and joins along, and looks at intervals whether all of that still holds.
/// </summary>
internal sealed class NodeRuntime(
    ControlLine control,
    NodeRegistry nodes,
    NodeSweeper sweeper,
    PresenceScripts presence,
    FeedDirectory feeds,
    RedisBroadcastOptions options,
    RedisMetrics metrics,
    TimeProvider time,
    ILogger logger) : IRedisSessionUser
{
    // So many commands at once when all channels are taken along.
    private const int Together = 1000;

    // Every channel's position is compared this often even when nothing seems to be missing.
    private static readonly TimeSpan LongestTouchInterval = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _touchInterval = options.KeyLifetime / 4 < LongestTouchInterval ? options.KeyLifetime / 4 : LongestTouchInterval;
    private readonly Queue<ChannelFeed> _toTouch = new();
    private long _steadySince; // since then every heartbeat has come in time
    private long _lastBeat;
    private long _lastTouch;
    private Task _sweeping = Task.CompletedTask;
    private volatile bool _isLeaving;

    /// <summary>Whether this node has joins. Set once.</summary>
    public Func<bool> HasJoins { get; set; } = static () => false;

    /// <summary>Writes this node's joins anew. Set once.</summary>
    public Func<Task> RewriteJoins { get; set; } = static () => Task.CompletedTask;

    /// <summary>Takes up those of this node's joins and leaves that failed. Set once.</summary>
    public Action ResumeJoins { get; set; } = static () => { };

    /// <inheritdoc/>
    public async Task PrepareAsync(RedisSession session, CancellationToken cancellationToken)
    {
        metrics.SessionMade();
        ServerInfo.Check(await ServerInfo.ReadAsync(session).ConfigureAwait(false));
        foreach (var script in RedisScripts.All)
        {
            await session.ExecuteAsync("SCRIPT", "LOAD", script.Text).ConfigureAwait(false);
        }

        await control.OpenAsync(session).ConfigureAwait(false);
        await control.ProbeAsync(session, cancellationToken).ConfigureAwait(false);
        _steadySince = _lastTouch = time.GetTimestamp();
        await BeatAsync(session, cancellationToken).ConfigureAwait(false); // what was joined is written when the session is in use
    }

    /// <inheritdoc/>
    public async Task RestoreAsync(RedisSession session, CancellationToken cancellationToken)
    {
        foreach (var some in feeds.Feeds.Chunk(Together))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.WhenAll(some.Select(feed => feed.OpenAsync(session))).ConfigureAwait(false);
        }

        await RewriteJoins().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task CheckAsync(RedisSession session, CancellationToken cancellationToken)
    {
        await control.ProbeAsync(session, cancellationToken).ConfigureAwait(false);
        if (!_isLeaving && time.GetElapsedTime(_lastBeat) >= options.Heartbeat)
        {
            if (await BeatAsync(session, cancellationToken).ConfigureAwait(false))
            {
                _ = RewriteJoins();
            }

            ResumeJoins();
        }

        await TouchAsync(session).ConfigureAwait(false);
    }

    /// <summary>Lets the other nodes take over: those who do not come back to them within the grace period have left then.</summary>
    public async Task LeaveAsync(RedisSession? session, TimeSpan after, bool hasJoins)
    {
        _isLeaving = true;
        if (session is null)
        {
            return;
        }

        try
        {
            await nodes.EndAsync(session, after, hasJoins).ConfigureAwait(false);
        }
        catch (BroadcasterUnavailableException fault)
        {
            Log.LeaveFailed(logger, fault);
        }
    }

    /// <summary>Renews the lease, and sweeps nodes whose lease has ended.</summary>
    /// <returns>Whether what this node has joined is to be written anew.</returns>
    private async Task<bool> BeatAsync(RedisSession session, CancellationToken cancellationToken)
    {
        _lastBeat = time.GetTimestamp();

        // When Redis was away all leases have ended: others get the time to renew theirs before anybody sweeps.
        var findsEnded = time.GetElapsedTime(_steadySince) >= options.Lease;
        try
        {
            var (isNew, ended) = await nodes.BeatAsync(session, findsEnded, cancellationToken).ConfigureAwait(false);
            if (await nodes.TakeLatenessAsync().ConfigureAwait(false))
            {
                _steadySince = time.GetTimestamp();
            }

            var hasJoins = HasJoins();
            var isListed = await presence.KeepAsync(session, nodes.Lease!.Node).ConfigureAwait(false); // there is one after a heartbeat
            if (!findsEnded)
            {
                // What says where to sweep must not go while nobody may sweep.
                await Task.WhenAll(Array.ConvertAll(await nodes.ListAsync(session).ConfigureAwait(false), node => presence.KeepAsync(session, node))).ConfigureAwait(false);
            }

            if (ended.Count > 0 && _sweeping.IsCompleted)
            {
                _sweeping = Task.Run(() => SweepAsync(session, ended), CancellationToken.None);
            }

            return isNew || (hasJoins && !isListed); // without the list nobody would know where to sweep; a fail-over may have lost it
        }
        catch (BroadcasterUnavailableException refused) when (RedisFaults.IsFull(refused))
        {
            // Messages that are not kept still go through; joins are refused by themselves.
            Log.HeartbeatRefused(logger, refused);
            return false;
        }
    }

    private async Task SweepAsync(RedisSession session, IReadOnlyList<string> ended)
    {
        foreach (var node in ended)
        {
            try
            {
                await sweeper.SweepAsync(session, node).ConfigureAwait(false);
            }
            catch (Exception fault)
            {
                Log.SweepFailed(logger, fault, node);
            }
        }
    }

    /// <summary>Compares the positions of some channels, so that in the interval it has been every one's turn.</summary>
    private async Task TouchAsync(RedisSession session)
    {
        if (_toTouch.Count == 0 && time.GetElapsedTime(_lastTouch) >= _touchInterval)
        {
            _lastTouch = time.GetTimestamp();
            foreach (var feed in feeds.Feeds)
            {
                _toTouch.Enqueue(feed);
            }
        }

        var touches = new List<Task>();
        while (touches.Count < Together && _toTouch.TryDequeue(out var feed))
        {
            touches.Add(feeds.TouchAsync(feed, session));
        }

        await Task.WhenAll(touches).ConfigureAwait(false);
    }
}
