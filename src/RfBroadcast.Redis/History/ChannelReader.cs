using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Reads what Redis has of a channel: its tops, its history, its members.</summary>
internal sealed class ChannelReader(RedisBroadcastOptions options, UnreadableEntries unreadable)
{
    private const int FirstMessage = 3;
    private const string Last = "last";

    /// <summary>The last messages that are still kept; 0 gives the tops alone.</summary>
    public Task<ChannelReading> ReadLastAsync(RedisSession session, ChannelPlace place, int last) =>
        ReadAsync(session, place, Milliseconds(place.Settings.HistoryAge), long.MaxValue, Last, last, RedisValue.EmptyString);

    /// <summary>All messages after a position, or none and why.</summary>
    public Task<ChannelReading> ReadSinceAsync(RedisSession session, ChannelPlace place, ChannelPosition since, long limitBytes) =>
        ReadAsync(session, place, Milliseconds(place.Settings.HistoryAge), limitBytes, "since", since.Offset, since.Epoch);

    /// <summary>Some messages after a position, whatever their age: as many as fit, at least one.</summary>
    public Task<ChannelReading> ReadPageAsync(RedisSession session, ChannelPlace place, ChannelPosition since, long pageBytes) =>
        ReadAsync(session, place, age: 0, pageBytes, "page", since.Offset, since.Epoch);

    /// <summary>The members, and the tops at that moment.</summary>
    public async Task<(ChannelTops Tops, List<PresenceMember> Members)> ReadMembersAsync(RedisSession session, ChannelPlace place)
    {
        var keys = place.Keys;
        var reply = await session.RunAsync(
            RedisScripts.Members,
            [keys.Meta, keys.Members],
            [ScriptHead.Of(place, Lifetime(place))]).ConfigureAwait(false);
        var parts = (RedisResult[])reply!; // the script gives a list
        var members = new List<PresenceMember>(parts.Length / 2);
        for (var i = 1; i + 1 < parts.Length; i += 2)
        {
            if (MemberItem.ReadStored((string)parts[i]!, (byte[])parts[i + 1]!) is { } member)
            {
                members.Add(member);
            }
            else
            {
                unreadable.Member(keys.Members);
            }
        }

        return (ChannelTops.Read(parts[0]), members);
    }

    /// <summary>The tops alone; the channel's keys live on.</summary>
    public async Task<ChannelTops> TouchAsync(RedisSession session, ChannelPlace place)
    {
        var keys = place.Keys;
        var reply = await session.RunAsync(
            RedisScripts.Touch,
            [keys.Meta, keys.Connections, keys.Members],
            [ScriptHead.Of(place, Lifetime(place))]).ConfigureAwait(false);
        return ChannelTops.Read(reply);
    }

    /// <summary>How long the keys of a channel stay: longer than its history.</summary>
    public TimeSpan Lifetime(in ChannelPlace place) => options.KeyLifetime + place.Settings.HistoryAge;

    private async Task<ChannelReading> ReadAsync(
        RedisSession session,
        ChannelPlace place,
        long age,
        long limitBytes,
        string what,
        long number,
        RedisValue epoch)
    {
        var reply = await session.RunAsync(
            RedisScripts.Read,
            [place.Keys.Meta, place.Keys.History],
            [ScriptHead.Of(place, Lifetime(place)), place.Settings.HistorySize, age, Math.Min(limitBytes, int.MaxValue), what, number, epoch])
            .ConfigureAwait(false);
        var parts = (RedisResult[])reply!; // the script gives a list
        var offset = (long)parts[2];
        var messages = new List<BroadcastMessage>(parts.Length - FirstMessage);
        string? lastEvent = null;
        for (var i = FirstMessage; i < parts.Length; i++)
        {
            ReadOnlyMemory<byte> items = (byte[])parts[i]!;
            if (!MessageItem.IsKept(items.Span))
            {
                unreadable.Message(place.Keys.History, offset);
                if (what != Last)
                {
                    return new ChannelReading(ChannelTops.Read(parts[0]), RecoveryFailure.Expired, []); // as when it were gone
                }

                messages.Clear(); // what is left is what comes after it
                offset++;
                continue;
            }

            messages.Add(MessageItem.Read(EnvelopeItems.Next(ref items).Body, place.Channel, offset++, ref lastEvent));
        }

        return new ChannelReading(ChannelTops.Read(parts[0]), (RecoveryFailure)(int)parts[1], messages);
    }

    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds);
}
