using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.Redis;

/// <summary>
/// Writes this node's joins to Redis: what each connection is to be, and what it is there, are kept apart, and one is made the
/// other by one worker a connection. So whatever fails or overtakes, the last word counts, and all can be written again.
/// </summary>
/// <remarks>Thread-safe. The lock is not held across a call.</remarks>
internal sealed class PresenceRegistrar(
    RedisLink link,
    NodeRegistry nodes,
    PresenceScripts scripts,
    AbsenceList absences,
    LocalHub hub,
    ILogger logger)
{
    private const int MostAttempts = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Channel, string ConnectionId), LocalJoin> _joins = [];

    // Those whose last step failed: they are tried again with the next heartbeat, or in the next session.
    private readonly HashSet<LocalJoin> _failed = [];

    // Channels that stand in the node's list in Redis, and the node they were noted for.
    private readonly Dictionary<string, (string Node, Task Noted)> _noted = new(StringComparer.Ordinal);

    /// <summary>Whether this node has something in Redis that others have to take off when it ends.</summary>
    public bool HasJoins
    {
        get
        {
            lock (_gate)
            {
                return _joins.Count > 0 || absences.Count > 0;
            }
        }
    }

    /// <summary>Joins a connection that is subscribed; doing it again changes what is shown of it.</summary>
    /// <returns>Where the channel stood right after; null when its subscription has ended meanwhile.</returns>
    /// <exception cref="BroadcasterUnavailableException">Redis cannot be reached; the caller ends the subscription.</exception>
    public Task<ChannelTops?> JoinAsync(Channel channel, string connectionId, string userId, JsonElement? info)
    {
        var written = MemberItem.WriteInfo(info);
        LocalJoin? join;
        Task<ChannelTops?> joined;
        lock (_gate)
        {
            var key = (channel.WireName, connectionId);
            if (!_joins.TryGetValue(key, out join) || join.UserId != userId)
            {
                // Another user on the same connection: the script takes the former one off.
                _joins[key] = join = new LocalJoin(channel, connectionId, userId, written) { StoredBy = join?.StoredBy };
            }

            join.Version += join.Info.AsSpan().SequenceEqual(written) ? 0 : 1;
            join.Info = written;
            join.IsWanted = hub.IsSubscribed(connectionId, channel, userId);
            joined = WaitForAsync(join);
        }

        BeginRun(join);
        return joined;
    }

    /// <summary>Who is joined by a connection, or is to be; null when nobody is.</summary>
    public string? FindUser(Channel channel, string connectionId)
    {
        lock (_gate)
        {
            return _joins.GetValueOrDefault((channel.WireName, connectionId)) is { IsWanted: true } join ? join.UserId : null;
        }
    }

    /// <summary>Joins a connection again that is no longer in the store.</summary>
    /// <returns>Where the channel stood right after; null when it is not to be joined any more.</returns>
    /// <exception cref="BroadcasterUnavailableException">Redis cannot be reached.</exception>
    public Task<ChannelTops?> RejoinAsync(Channel channel, string connectionId, string userId)
    {
        LocalJoin? join;
        Task<ChannelTops?> joined;
        lock (_gate)
        {
            if (!_joins.TryGetValue((channel.WireName, connectionId), out join) || join.UserId != userId || !join.IsWanted)
            {
                return Task.FromResult<ChannelTops?>(null);
            }

            join.Version++;
            joined = WaitForAsync(join);
        }

        BeginRun(join);
        return joined;
    }

    /// <summary>
    /// Takes a connection off whose subscription has ended, unless it is subscribed again. After the last one its user leaves at once, or is
    /// waited for.
    /// </summary>
    /// <returns>Completes when it is done, or cannot be done before Redis is back; it does not fail.</returns>
    public async Task LeaveAsync(Channel channel, string connectionId, string userId, bool atOnce)
    {
        LocalJoin? join;
        Task done;
        lock (_gate)
        {
            if (!_joins.TryGetValue((channel.WireName, connectionId), out join) || join.UserId != userId || hub.IsSubscribed(connectionId, channel, userId))
            {
                return;
            }

            join.IsWanted = false;
            join.LeavesAtOnce = atOnce || !absences.Waits;
            done = WaitForAsync(join);
        }

        BeginRun(join);
        await done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Writes everything again, after the store may have lost it.</summary>
    /// <param name="channel">On one channel alone; null for all.</param>
    public Task RewriteAsync(Channel? channel = null)
    {
        var joins = new List<LocalJoin>();
        lock (_gate)
        {
            foreach (var (_, join) in _joins)
            {
                if (channel is null || join.Channel == channel)
                {
                    join.Version++;
                    joins.Add(join);
                }
            }

            if (channel is null)
            {
                _noted.Clear();
            }
        }

        return Task.WhenAll([absences.RewriteAsync(), .. joins.ConvertAll(RunAsync)]);
    }

    /// <summary>Tries again what failed.</summary>
    public void Resume()
    {
        LocalJoin[] failed;
        lock (_gate)
        {
            failed = [.. _failed];
        }

        foreach (var join in failed)
        {
            BeginRun(join);
        }

        _ = absences.RewriteAsync();
    }

    private static Task<ChannelTops?> WaitForAsync(LocalJoin join)
    {
        var done = new TaskCompletionSource<ChannelTops?>(TaskCreationOptions.RunContinuationsAsynchronously);
        join.Waiting.Add(done);
        return done.Task;
    }

    private void BeginRun(LocalJoin join) => _ = RunAsync(join);

    /// <summary>Makes what is in Redis what is to be there; one worker a connection.</summary>
    private async Task RunAsync(LocalJoin join)
    {
        lock (_gate)
        {
            if (join.IsRunning)
            {
                return;
            }

            join.IsRunning = true;
            _failed.Remove(join);
        }

        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // its caller may hold a lock, or be a pump
        BroadcasterUnavailableException? failed = null;
        var attempted = 0;
        while (NextStep(join, failed, attempted) is { } step)
        {
            attempted = step.Version;
            try
            {
                failed = null;
                var session = link.Session ?? throw new BroadcasterUnavailableException("Redis is not connected.", mayHaveBeenSent: false, link.Fault);
                if (step.Joins)
                {
                    await JoinAsync(session, join, step).ConfigureAwait(false);
                }
                else
                {
                    await LeaveAsync(session, join, step).ConfigureAwait(false);
                }
            }
            catch (Exception fault)
            {
                failed = RedisFaults.Translate(fault, isWrite: false);
                Log.JoinFailed(logger, fault, join.Channel.WireName);
            }
        }
    }

    /// <summary>What to do next; null when all is as it is to be, or when it failed and has to wait.</summary>
    private JoinStep? NextStep(LocalJoin join, BroadcasterUnavailableException? failed, int attempted)
    {
        lock (_gate)
        {
            if (failed is not null && join.Version != attempted)
            {
                failed = null; // it is to be written anew, in a new session perhaps
            }

            if (failed is null && join.IsWanted && join.Written != join.Version)
            {
                return new JoinStep(Joins: true, join.Info, join.Version, join.StoredBy, join.LeavesAtOnce);
            }

            if (failed is null && join is { IsWanted: false, StoredBy: not null })
            {
                return new JoinStep(Joins: false, join.Info, join.Version, join.StoredBy, join.LeavesAtOnce);
            }

            join.IsRunning = false;
            foreach (var waiting in join.Waiting)
            {
                if (failed is not null)
                {
                    waiting.TrySetException(failed);
                }
                else
                {
                    waiting.TrySetResult(join.Tops);
                }
            }

            if (failed is not null && join.Waiting.Count > 0 && !join.IsAgain)
            {
                join.IsWanted = false; // who waited ends the subscription; whether it joined is not known
            }

            join.Waiting.Clear();
            if (failed is not null && (join.IsWanted ? join.Written != join.Version : join.StoredBy is not null))
            {
                _failed.Add(join);
            }

            if (join is { IsWanted: false, StoredBy: null } && ReferenceEquals(_joins.GetValueOrDefault((join.Channel.WireName, join.ConnectionId)), join))
            {
                _joins.Remove((join.Channel.WireName, join.ConnectionId));
            }

            return null;
        }
    }

    private async Task LeaveAsync(RedisSession session, LocalJoin join, JoinStep step)
    {
        var node = step.StoredBy!; // it is there, or may be
        long? number = step.LeavesAtOnce ? null : join.Absence ??= absences.NextNumber();
        if (await scripts.LeaveAsync(session, node, join, number).ConfigureAwait(false))
        {
            absences.Begin(new Absence(join.Channel, join.UserId, node, number!.Value)); // absent only with a number
        }

        lock (_gate)
        {
            join.StoredBy = null;
            join.Absence = null;
            join.Written = 0;
            join.IsAgain = false;
        }
    }

    private async Task JoinAsync(RedisSession session, LocalJoin join, JoinStep step)
    {
        for (var attempt = 1; ; attempt++)
        {
            var lease = nodes.Lease ?? throw new BroadcasterUnavailableException("This node has no lease yet.", mayHaveBeenSent: false);
            await NoteAsync(session, lease.Node, join.Channel).ConfigureAwait(false);
            lock (_gate)
            {
                join.StoredBy = lease.Node; // or may be, from now on
            }

            if (await scripts.JoinAsync(session, lease, join, step.Info, join.IsAgain).ConfigureAwait(false) is { } tops)
            {
                lock (_gate)
                {
                    join.Tops = tops;
                    join.Written = step.Version;
                    join.IsAgain = true;
                }

                return;
            }

            if (attempt == MostAttempts)
            {
                throw new BroadcasterUnavailableException("This node's lease in Redis has ended and could not be renewed.", mayHaveBeenSent: false);
            }

            await RenewAsync(session).ConfigureAwait(false);
        }
    }

    /// <summary>The node was away for longer than its lease: it goes on, under its id or a new one, with all its joins.</summary>
    private async Task RenewAsync(RedisSession session)
    {
        var (isNew, _) = await nodes.BeatAsync(session, findsEnded: false, CancellationToken.None).ConfigureAwait(false);
        if (isNew)
        {
            _ = RewriteAsync();
        }
    }

    private Task NoteAsync(RedisSession session, string node, Channel channel)
    {
        lock (_gate)
        {
            if (_noted.TryGetValue(channel.WireName, out var noted) && noted.Node == node && !noted.Noted.IsFaulted)
            {
                return noted.Noted;
            }

            var noting = scripts.NoteAsync(session, node, channel);
            _noted[channel.WireName] = (node, noting);
            return noting;
        }
    }
}
