using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// This process among the nodes: keeps its lease, and finds nodes whose lease has ended. When its own was lost, what it had
/// joined may have been swept: it goes on under a new id and joins anew.
/// </summary>
internal sealed class NodeRegistry(RedisKeys keys, RedisBroadcastOptions options, RedisClock clock, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _beat = new(1);
    private volatile NodeLease? _lease;
    private bool _hasEnded; // for good; guarded by the semaphore
    private bool _wasLate; // since it was last asked for; guarded by the semaphore

    /// <summary>The lease; null before the first heartbeat.</summary>
    public NodeLease? Lease => _lease;

    /// <summary>Renews the lease, or begins a new one under a new id.</summary>
    /// <param name="session">The session.</param>
    /// <param name="findsEnded">Whether to find nodes whose lease has ended. They are this call's to report, and anybody's to sweep.</param>
    /// <param name="cancellationToken">Cancels waiting for another call.</param>
    /// <returns>Whether the id is a new one, and the nodes to be swept.</returns>
    public async Task<(bool IsNew, IReadOnlyList<string> Ended)> BeatAsync(RedisSession session, bool findsEnded, CancellationToken cancellationToken)
    {
        await _beat.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_hasEnded)
            {
                return (false, []);
            }

            var finds = findsEnded && !_wasLate;
            var endedAt = _lease?.EndsAt ?? long.MaxValue;
            var isNew = _lease is null;
            var (stands, ended) = await BeatAsync(session, isNew ? NodeId.Next() : _lease!.Node, isNew, finds).ConfigureAwait(false);
            if (!stands)
            {
                Log.LeaseLost(logger, _lease!.Node); // a first one stands always
                isNew = true;
                (_, ended) = await BeatAsync(session, NodeId.Next(), isNew, finds).ConfigureAwait(false);
            }

            _wasLate |= _lease!.EndsAt - Milliseconds(options.Lease) > endedAt;
            return (isNew, ended);
        }
        finally
        {
            _beat.Release();
        }
    }

    /// <summary>Whether the lease had ended when it was renewed, since this was last asked: the others' may have, too, for the same reason.</summary>
    public async Task<bool> TakeLatenessAsync()
    {
        await _beat.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        var wasLate = _wasLate;
        _wasLate = false;
        _beat.Release();
        return wasLate;
    }

    /// <summary>All nodes that were not swept yet, this one too.</summary>
    public async Task<string[]> ListAsync(RedisSession session) =>
        Array.ConvertAll((RedisResult[])(await session.ExecuteAsync("ZRANGE", keys.Nodes, 0, -1).ConfigureAwait(false))!, node => (string)node!); // a sorted set

    /// <summary>Ends the lease: after a while the other nodes take off what this one has joined; at once when it has nothing joined.</summary>
    public async Task EndAsync(RedisSession session, TimeSpan after, bool hasJoins)
    {
        // Waits for a heartbeat that is under way: one that came after the end would begin a new lease.
        await _beat.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _hasEnded = true;
            if (_lease is not { } lease)
            {
                return;
            }

            if (hasJoins)
            {
                await RunAsync(session, lease.Node, Milliseconds(after), "end", findsEnded: false).ConfigureAwait(false);
            }
            else
            {
                await session.ExecuteAsync("ZREM", keys.Nodes, lease.Node).ConfigureAwait(false);
                await session.ExecuteAsync("DEL", keys.Node(lease.Node)).ConfigureAwait(false);
            }
        }
        finally
        {
            _beat.Release();
        }
    }

    public void Dispose() => _beat.Dispose();

    private async Task<(bool Stands, IReadOnlyList<string> Ended)> BeatAsync(RedisSession session, string node, bool isNew, bool findsEnded)
    {
        var lease = Milliseconds(options.Lease);
        var reply = await RunAsync(session, node, lease, isNew ? "begin" : "renew", findsEnded).ConfigureAwait(false);
        if ((long)reply[1] == 0)
        {
            return (false, []);
        }

        clock.Set((long)reply[0]);
        _lease = new NodeLease(node, (long)reply[0] + lease);
        return (true, Array.ConvertAll(reply[2..], ended => (string)ended!));
    }

    private async Task<RedisResult[]> RunAsync(RedisSession session, string node, long lease, string what, bool findsEnded)
    {
        var reply = await session.RunAsync(
            RedisScripts.Heartbeat,
            [keys.Nodes],
            [node, lease, Milliseconds(options.NodeKeyLifetime), what, findsEnded ? 1 : 0]).ConfigureAwait(false);
        return (RedisResult[])reply!; // the script gives an array
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
