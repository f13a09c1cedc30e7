using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>Runs the scripts of presence.</summary>
internal sealed class PresenceScripts(ulong publisher, RedisKeys keys, FeedDirectory feeds, RedisBroadcastOptions options)
{
    private readonly RedisValue _prefix = Envelope.OrderedPrefix(publisher);

    /// <summary>Joins; null when the node may not, because its lease has ended.</summary>
    public async Task<ChannelTops?> JoinAsync(RedisSession session, NodeLease lease, LocalJoin join, byte[] info, bool isAgain)
    {
        var place = feeds.PlaceOf(join.Channel);
        var names = place.Keys;

        // Who joins is not told of it; who is only written again after all were lost was seen to leave, also by itself.
        var except = isAgain ? "" : join.ConnectionId;
        var reply = await session.RunAsync(
            RedisScripts.Join,
            [names.Meta, names.Connections, names.Members, names.FenceOf(lease.Node)],
            [Head(place), names.TopicName, _prefix, lease.Node, lease.EndsAt, join.ConnectionId, join.UserId, info, except]).ConfigureAwait(false);
        var parts = (RedisResult[])reply!; // the script gives a list
        return (long)parts[1] < 0 ? null : ChannelTops.Read(parts[0]);
    }

    /// <summary>Takes a connection off; after the last one its user leaves, or is absent.</summary>
    /// <returns>Whether the user is absent now.</returns>
    public async Task<bool> LeaveAsync(RedisSession session, string node, LocalJoin join, long? absence)
    {
        var reply = await RunLeaveAsync(session, join.Channel, node, join.ConnectionId, join.UserId, absence ?? RedisValue.EmptyString).ConfigureAwait(false);
        return (long)reply[1] == 2;
    }

    /// <summary>Lets a user leave who is still absent.</summary>
    public Task EndAbsenceAsync(RedisSession session, Absence absence) =>
        RunLeaveAsync(session, absence.Channel, absence.Node, RedisValue.EmptyString, absence.UserId, absence.Number);

    /// <summary>Puts notes on the list of a node's channels.</summary>
    public Task NoteAsync(RedisSession session, string node, string[] names) => session.RunAsync(
        RedisScripts.Note,
        [keys.Node(node)],
        [(long)options.NodeKeyLifetime.TotalMilliseconds, .. Array.ConvertAll(names, static name => (RedisValue)name)]);

    /// <summary>Takes notes off it.</summary>
    public Task TakeOffAsync(RedisSession session, string node, string[] names) => session.ExecuteAsync("SREM", [keys.Node(node), .. names]);

    /// <summary>Keeps the list of a node's channels from going.</summary>
    /// <returns>False when there is none.</returns>
    public async Task<bool> KeepAsync(RedisSession session, string node) =>
        (long)await session.ExecuteAsync("PEXPIRE", keys.Node(node), (long)options.NodeKeyLifetime.TotalMilliseconds).ConfigureAwait(false) == 1;

    private async Task<RedisResult[]> RunLeaveAsync(
        RedisSession session,
        Channel channel,
        string node,
        RedisValue connectionId,
        string userId,
        RedisValue absence)
    {
        var place = feeds.PlaceOf(channel);
        var names = place.Keys;
        var reply = await session.RunAsync(
            RedisScripts.Leave,
            [names.Meta, names.Connections, names.Members],
            [Head(place), names.TopicName, _prefix, node, connectionId, userId, absence]).ConfigureAwait(false);
        return (RedisResult[])reply!; // the script gives a list
    }

    private byte[] Head(in ChannelPlace place) => ScriptHead.Of(place, options.KeyLifetime + place.Settings.HistoryAge);
}
