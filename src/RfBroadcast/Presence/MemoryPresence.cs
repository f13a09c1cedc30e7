using System.Collections.Concurrent;
using System.Text.Json;

namespace RfBroadcast;

/// <summary>
/// Who is present where, in this process: members are counted by user, joins and leaves are posted exactly on the first and
/// the last connection, and a closed connection is waited for before its user leaves.
/// </summary>
/// <remarks>
/// The hub is the truth of who is subscribed: both <see cref="Join"/> and <see cref="Leave"/> look there, under the channel's
/// lock. So a subscription that ended before it was complete joins nobody, and one that is there again loses nobody, in
/// whatever order the calls arrive; it is enough that whoever ends a subscription calls <see cref="Leave"/> afterwards.
/// </remarks>
internal sealed class MemoryPresence(LocalHub hub, TimerWheel wheel, TimeProvider time, TimeSpan grace)
{
    private readonly ConcurrentDictionary<string, PresenceChannel> _channels = new(StringComparer.Ordinal);

    // One for all channels, so that it also rises when a channel's members all left and came back: an edge that a
    // subscription kept from before is then never taken for a later one.
    private long _revision;

    /// <summary>How many channels have members.</summary>
    public int ChannelCount => _channels.Count;

    /// <summary>
    /// Adds a connection of a user, if it is still subscribed; the first one is a join, of which the connection itself is
    /// not told.
    /// </summary>
    public void Join(Channel channel, string connectionId, string userId, JsonElement? info)
    {
        while (true)
        {
            var presence = _channels.GetOrAdd(channel.WireName, static _ => new PresenceChannel());
            lock (presence.Gate)
            {
                if (presence.IsForgotten)
                {
                    continue;
                }

                if (!hub.IsSubscribed(connectionId, channel, userId))
                {
                    ForgetIfEmpty(channel, presence);
                    return;
                }

                var user = presence.Find(userId);
                if (user is null)
                {
                    user = new PresentUser(new PresenceMember(userId, info, time.GetUtcNow()));
                    presence.Add(user);
                    presence.Revision = Interlocked.Increment(ref _revision);
                    hub.Publish(new PresenceEdge(channel, user.Member, IsJoin: true, presence.Revision, connectionId));
                }
                else
                {
                    user.Member = user.Member with { UserInfo = info };
                    user.Grace?.Cancel();
                    user.Grace = null;
                }

                user.Connections.Add(connectionId);
                return;
            }
        }
    }

    /// <summary>
    /// Takes a connection of a user off, unless it is subscribed again; after the last one the user leaves, at once or after
    /// the grace period.
    /// </summary>
    public void Leave(Channel channel, string connectionId, string userId, bool atOnce)
    {
        if (!_channels.TryGetValue(channel.WireName, out var presence))
        {
            return;
        }

        lock (presence.Gate)
        {
            if (hub.IsSubscribed(connectionId, channel, userId)
                || presence.Find(userId) is not { } user
                || !user.Connections.Remove(connectionId)
                || user.Connections.Count > 0)
            {
                return;
            }

            if (atOnce || grace == TimeSpan.Zero)
            {
                End(channel, presence, user);
            }
            else
            {
                var absence = ++user.Absences;
                user.Grace = wheel.Schedule(grace, () => EndAfterGrace(channel, presence, user, absence));
            }
        }
    }

    /// <summary>The members and the last edge they include, read at one moment.</summary>
    public (IReadOnlyList<PresenceMember> Members, long Revision) Read(Channel channel)
    {
        if (!_channels.TryGetValue(channel.WireName, out var presence))
        {
            return ([], 0);
        }

        lock (presence.Gate)
        {
            return (presence.Members(), presence.Revision);
        }
    }

    private void EndAfterGrace(Channel channel, PresenceChannel presence, PresentUser user, int absence)
    {
        lock (presence.Gate)
        {
            // While this waited for the lock the user may have come back, and even be away anew.
            if (user.Absences == absence && user.Connections.Count == 0 && ReferenceEquals(presence.Find(user.Member.UserId), user))
            {
                End(channel, presence, user);
            }
        }
    }

    private void End(Channel channel, PresenceChannel presence, PresentUser user)
    {
        user.Grace = null;
        presence.Remove(user);
        presence.Revision = Interlocked.Increment(ref _revision);
        hub.Publish(new PresenceEdge(channel, user.Member, IsJoin: false, presence.Revision, Except: null));
        ForgetIfEmpty(channel, presence);
    }

    private void ForgetIfEmpty(Channel channel, PresenceChannel presence)
    {
        if (presence.IsEmpty)
        {
            presence.IsForgotten = true;
            _channels.TryRemove(channel.WireName, out _);
        }
    }
}
