using System.Collections.Concurrent;
using System.Text.Json;

namespace RfBroadcast;

/// <summary>
/// Who is present where, in this process: members are counted by user, joins and leaves are posted exactly on the first and
/// the last connection, and a closed connection is waited for before its user leaves.
/// </summary>
internal sealed class MemoryPresence(LocalHub hub, TimerWheel wheel, TimeProvider time, TimeSpan grace)
{
    private readonly ConcurrentDictionary<string, PresenceChannel> _channels = new(StringComparer.Ordinal);

    /// <summary>How many channels have members.</summary>
    public int ChannelCount => _channels.Count;

    /// <summary>Adds a connection of a user; the first one is a join, of which the connection itself is not told.</summary>
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

                var user = presence.Find(userId);
                if (user is null)
                {
                    user = new PresentUser(new PresenceMember(userId, info, time.GetUtcNow()));
                    presence.Add(user);
                    hub.Publish(new PresenceEdge(channel, user.Member, IsJoin: true, ++presence.Revision, connectionId));
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

    /// <summary>Takes a connection of a user off; after the last one the user leaves, at once or after the grace period.</summary>
    public void Leave(Channel channel, string connectionId, string userId, bool atOnce)
    {
        if (!_channels.TryGetValue(channel.WireName, out var presence))
        {
            return;
        }

        lock (presence.Gate)
        {
            if (presence.Find(userId) is not { } user || !user.Connections.Remove(connectionId) || user.Connections.Count > 0)
            {
                return;
            }

            if (atOnce || grace == TimeSpan.Zero)
            {
                End(channel, presence, user);
            }
            else
            {
                user.Grace = wheel.Schedule(grace, () => EndAfterGrace(channel, presence, user));
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

    private void EndAfterGrace(Channel channel, PresenceChannel presence, PresentUser user)
    {
        lock (presence.Gate)
        {
            // Somebody may have come back while this waited for the lock.
            if (user.Grace is not null && user.Connections.Count == 0 && ReferenceEquals(presence.Find(user.Member.UserId), user))
            {
                End(channel, presence, user);
            }
        }
    }

    private void End(Channel channel, PresenceChannel presence, PresentUser user)
    {
        user.Grace = null;
        presence.Remove(user);
        hub.Publish(new PresenceEdge(channel, user.Member, IsJoin: false, ++presence.Revision, Except: null));
        if (presence.IsEmpty)
        {
            presence.IsForgotten = true;
            _channels.TryRemove(channel.WireName, out _);
        }
    }
}
