using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// Takes the members of dead nodes off, channel by channel, each in one script: however many nodes sweep at once, every leave is
/// published once. A node is struck off last, so that a sweep that breaks off is taken up by whoever looks next.
/// </summary>
internal sealed class NodeSweeper(
    ulong publisher,
    RedisKeys keys,
    FeedDirectory feeds,
    RedisBroadcastOptions options,
    RedisMetrics metrics,
    ILogger logger)
{
    private readonly RedisValue _prefix = Envelope.OrderedPrefix(publisher);

    // Longer than a node that is swept may still believe in its lease; from the lease's end on the join script refuses it by the time.
    private long FenceTime => (long)options.NodeKeyLifetime.TotalMilliseconds;

    public async Task SweepAsync(RedisSession session, string node)
    {
        var notes = (RedisResult[])(await session.ExecuteAsync("SMEMBERS", keys.Node(node)).ConfigureAwait(false))!; // a set
        var channels = new HashSet<Channel>(); // each may have several notes
        var sweeps = new List<Task<long>>();
        foreach (var name in notes)
        {
            if (ChannelNote.Parse((string)name!) is { } channel && channels.Add(channel))
            {
                sweeps.Add(SweepAsync(session, node, channel));
            }
        }

        var left = await Task.WhenAll(sweeps).ConfigureAwait(false);
        await session.ExecuteAsync("DEL", keys.Node(node)).ConfigureAwait(false);
        await session.ExecuteAsync("ZREM", keys.Nodes, node).ConfigureAwait(false);
        metrics.Swept();
        Log.NodeSwept(logger, node, left.Sum(), channels.Count);
    }

    private async Task<long> SweepAsync(RedisSession session, string node, Channel channel)
    {
        var place = feeds.PlaceOf(channel);
        var names = place.Keys;
        var head = ScriptHead.Of(place, options.KeyLifetime + place.Settings.HistoryAge);
        var reply = await session.RunAsync(
            RedisScripts.Sweep,
            [names.Meta, names.Connections, names.Members, names.FenceOf(node)],
            [head, names.TopicName, _prefix, node, FenceTime]).ConfigureAwait(false);
        return (long)((RedisResult[])reply!)[1]; // the script gives a list
    }
}
