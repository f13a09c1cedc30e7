using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.Redis;

/// <summary>
/// Writes this node's joins to Redis: what each connection is to be, and what it is there, are kept apart, and one is made the
/// other by one worker a connection. So whatever fails or overtakes, the last word counts, and all can be written again. Files by verb:
/// <c>Write</c>.
/// </summary>
/// <remarks>Thread-safe. The lock is not held across a call.</remarks>
internal sealed partial class PresenceRegistrar(
    RedisLink link,
    NodeRegistry nodes,
    RedisClock clock,
    PresenceScripts scripts,
    ChannelNotes notes,
    AbsenceList absences,
    LocalHub hub,
    ILogger logger)
{
    private const int MostAttempts = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Channel, string ConnectionId), LocalJoin> _joins = [];

    // Those whose last step failed, or is to be done once more: with the next heartbeat, or in the next session.
    private readonly HashSet<LocalJoin> _failed = [];

    /// <summary>Whether this node has something in Redis that others have to take off when it ends.</summary>
    public bool HasJoins
    {
        get
        {
            lock (_gate)
            {
                return _joins.Count > 0 || absences.Count > 0 || notes.AreHeld;
            }
        }
    }

    /// <summary>How many channels this process keeps in mind as those that it has something on.</summary>
    internal int NoteCount => notes.Count;

    /// <summary>Joins a connection that is subscribed; doing it again changes what is shown of it.</summary>
    /// <returns>Where the channel stood right after; null when its subscription has ended meanwhile.</returns>
    /// <exception cref="BroadcasterUnavailableException">Redis cannot be reached; the caller ends the subscription.</exception>
    public Task<ChannelTops?> JoinAsync(Channel channel, string connectionId, string userId, JsonElement? info)
    {
        var written = MemberItem.WriteInfo(info);
        LocalJoin? join;
        LocalJoin? former = null;
        Task<ChannelTops?> joined;
        lock (_gate)
        {
            var key = (channel.WireName, connectionId);
            if (!_joins.TryGetValue(key, out join) || join.UserId != userId)
            {
                // Another user on the same connection: whichever comes first, the join of this one or the leave of the former, takes that one off.
                former = join;
                former?.IsWanted = false;
                former?.LeavesAtOnce = true;
                _joins[key] = join = new LocalJoin(channel, connectionId, userId, written);
            }

            join.Version += join.Info.AsSpan().SequenceEqual(written) ? 0 : 1;
            join.Info = written;
            join.IsWanted = hub.IsSubscribed(connectionId, channel, userId);
            joined = WaitForAsync(join);
        }

        if (former is not null)
        {
            BeginRun(former);
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
    public async Task RewriteAsync(Channel? channel = null)
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
        }

        if (channel is null)
        {
            await RewriteNotesAsync().ConfigureAwait(false);
        }

        await Task.WhenAll([absences.RewriteAsync(), .. joins.ConvertAll(RunAsync)]).ConfigureAwait(false);
    }

    /// <summary>Tries again what failed, and takes off the node's list the channels that it has nothing on any more.</summary>
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
        if (link.Session is { } session && nodes.Lease is { } lease)
        {
            _ = notes.TakeOffAsync(session, lease.Node);
        }
    }

    private static Task<ChannelTops?> WaitForAsync(LocalJoin join)
    {
        var done = new TaskCompletionSource<ChannelTops?>(TaskCreationOptions.RunContinuationsAsynchronously);
        join.Waiting.Add(done);
        return done.Task;
    }

    private void BeginRun(LocalJoin join) => _ = RunAsync(join);
}
