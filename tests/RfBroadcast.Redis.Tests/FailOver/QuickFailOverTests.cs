using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.FailOver;

/// <summary>
/// A fail-over that is over within the second in which a channel's script does not compare the server: quicker than sentinels are. The node that goes on
/// publishing has no subscribers, so it has not seen what the new master lacks.
/// </summary>
public sealed class QuickFailOverTests(ITestOutputHelper output)
{
    private const int Lost = 5;

    private readonly Channel _kept = Channel.Public("history.quick");

    [Fact]
    public async Task Master_ReplacedAtOnceByAReplicaThatLacksMessages_NoPositionIsGivenOutTwice()
    {
        await using var master = await RedisServer.StartNewAsync();
        await using var replica = await RedisServer.StartNewAsync("replicaof", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1 {master.Port}"));
        await Eventually.TrueAsync(
            async () => (await replica.CliAsync("INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal), "the replica has the master's data");
        await using var proxy = new FaultyProxy(master.Port);
        await using var node = new TestNode(proxy.EndPoint);
        var before = await node.Broadcaster.SayAsync(_kept, 0);
        await master.UntilReplicatedAsync();
        await master.LeaveBehindAsync(replica);
        var positions = new List<ChannelPosition> { before.Position!.Value };
        for (var i = 0; i < Lost; i++)
        {
            positions.Add((await node.Broadcaster.SayAsync(_kept, i)).Position!.Value);
        }

        await master.KillAsync();
        await replica.ThawAsync();
        await replica.CliAsync("REPLICAOF", "NO", "ONE");
        proxy.Target = replica.Port;
        var started = Stopwatch.GetTimestamp();
        await replica.CliAsync("EVAL", PretendCompared, "1", $"rf:meta:{{{_kept.WireName}}}");
        while (positions.Count < 1 + (2 * Lost))
        {
            try
            {
                positions.Add((await node.Broadcaster.SayAsync(_kept, 0)).Position!.Value);
            }
            catch (BroadcasterUnavailableException) when (Stopwatch.GetElapsedTime(started) < Wait.Limit)
            {
                // Not yet.
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{positions.Count - positions.Distinct().Count()} of {Lost} positions given out twice; published after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms"));
        positions.Should().OnlyHaveUniqueItems();
        positions.Select(position => position.Epoch).Distinct().Should().HaveCount(2, "the new master lacks messages that were accepted");
    }

    // As if the channel had been compared a moment ago on the former master: the rest of the test is to take no longer than the second that this counts for.
    private const string PretendCompared = """
        local epoch, offset, order = struct.unpack('>c8I8I8', redis.call('HGET', KEYS[1], 'top'))
        local time = redis.call('TIME')
        return redis.call('HSET', KEYS[1], 'top', struct.pack('>c8I8I8I8', epoch, offset, order, time[1] * 1000 + math.floor(time[2] / 1000)))
        """;
}
