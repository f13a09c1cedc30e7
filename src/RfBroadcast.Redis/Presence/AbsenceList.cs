using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RfBroadcast.Redis;

/// <summary>
/// Waits for users whose last connection has closed, and takes those off who have not come back: on whatever node, which Redis knows. What
/// cannot be written is written in the next session. Thread-safe.
/// </summary>
internal sealed class AbsenceList(RedisLink link, PresenceScripts scripts, ChannelNotes notes, TimerWheel wheel, TimeSpan grace, ILogger logger)
{
    private readonly ConcurrentDictionary<Absence, bool> _absences = new(); // and whether it is over
    private long _lastNumber;

    public int Count => _absences.Count;

    /// <summary>Whether users are waited for at all.</summary>
    public bool Waits => grace > TimeSpan.Zero;

    /// <summary>A number for an absence to be.</summary>
    public long NextNumber() => Interlocked.Increment(ref _lastNumber);

    /// <summary>Waits for a user who is absent now; holds the channel's note until it does no longer.</summary>
    public void Begin(Absence absence)
    {
        _absences[absence] = false;
        wheel.Schedule(grace, () => ThreadPool.UnsafeQueueUserWorkItem(ended => _ = EndAsync(ended), absence, preferLocal: false));
    }

    /// <summary>Ends what could not be ended.</summary>
    public Task RewriteAsync() => Task.WhenAll(_absences.Where(entry => entry.Value).Select(entry => EndAsync(entry.Key)).ToList());

    private async Task EndAsync(Absence absence)
    {
        // Its caller may hold the lock of one channel's feed, and the script asks that of another where it is.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            _absences.TryUpdate(absence, newValue: true, comparisonValue: false);
            var session = link.Session ?? throw new BroadcasterUnavailableException("Redis is not connected.", mayHaveBeenSent: false, link.Fault);
            await scripts.EndAbsenceAsync(session, absence).ConfigureAwait(false);
            if (_absences.TryRemove(absence, out _))
            {
                notes.Release(absence.Note);
            }
        }
        catch (BroadcasterUnavailableException fault)
        {
            Log.JoinFailed(logger, fault, absence.Channel.WireName);
        }
    }
}
