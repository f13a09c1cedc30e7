using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Making what is in Redis what is to be there.</summary>
internal sealed partial class PresenceRegistrar
{
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

            var isLeaveDue = !join.LeavesAgain || join.LateUntil < clock.Now;
            if (failed is null && join is { IsWanted: false, StoredBy: not null } && isLeaveDue)
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
            if (join.IsWanted ? failed is not null && join.Written != join.Version : join.StoredBy is not null)
            {
                _failed.Add(join);
            }

            if (join is { IsWanted: false, StoredBy: null })
            {
                Forget(join);
            }

            return null;
        }
    }

    private void Forget(LocalJoin join)
    {
        if (ReferenceEquals(_joins.GetValueOrDefault((join.Channel.WireName, join.ConnectionId)), join))
        {
            _joins.Remove((join.Channel.WireName, join.ConnectionId));
        }

        if (join.Note is { } note)
        {
            join.Note = null;
            notes.Release(note);
        }
    }

    private async Task LeaveAsync(RedisSession session, LocalJoin join, JoinStep step)
    {
        var node = step.StoredBy!; // it is there, or may be
        long? number = step.LeavesAtOnce || join.LeavesAgain ? null : join.Absence ??= absences.NextNumber();
        if (await scripts.LeaveAsync(session, node, join, number).ConfigureAwait(false))
        {
            // Absent only with a number.
            absences.Begin(new Absence(join.Channel, join.UserId, node, number!.Value, notes.Hold(node, join.Channel)));
        }

        lock (_gate)
        {
            join.LeavesAgain = join.LateUntil >= clock.Now;
            join.StoredBy = join.LeavesAgain ? node : null;
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
            await notes.WriteAsync(session, HoldNote(join, lease.Node)).ConfigureAwait(false);
            lock (_gate)
            {
                join.StoredBy = lease.Node; // or may be, from now on
                join.LeavesAgain = false;
            }

            if (await JoinAsync(session, lease, join, step).ConfigureAwait(false) is { } tops)
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

    private async Task<ChannelTops?> JoinAsync(RedisSession session, NodeLease lease, LocalJoin join, JoinStep step)
    {
        try
        {
            return await scripts.JoinAsync(session, lease, join, step.Info, join.IsAgain).ConfigureAwait(false);
        }
        catch (BroadcasterUnavailableException fault) when (fault.InnerException is not RedisServerException)
        {
            lock (_gate)
            {
                join.LateUntil = Math.Max(join.LateUntil, lease.EndsAt);
            }

            throw;
        }
    }

    private ChannelNote HoldNote(LocalJoin join, string node)
    {
        var note = notes.Hold(node, join.Channel);
        ChannelNote? former;
        lock (_gate)
        {
            former = join.Note;
            join.Note = note;
        }

        if (former is not null)
        {
            notes.Release(former); // the same one, or that of an earlier id of this node
        }

        return note;
    }

    private async Task RewriteNotesAsync()
    {
        try
        {
            if (link.Session is { } session && nodes.Lease is { } lease)
            {
                await notes.RewriteAsync(session, lease.Node).ConfigureAwait(false);
            }
        }
        catch (BroadcasterUnavailableException)
        {
            // Each join writes its own before it is written again.
        }
    }
}
