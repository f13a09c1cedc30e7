using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.FailOver;

/// <summary>
/// A fail-over that is over within the second in which a channel's script does not compare the server by itself: quicker than sentinels are. The node that
/// goes on publishing has no subscribers, so it has not seen what the new master lacks.
/// </summary>
public sealed class QuickFailOverTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Lost = 5;

    private readonly Channel _kept = Channel.Public("history.quick");
    private readonly List<ChannelPosition> _positions = [];
    private RedisServer _master = null!;
    private RedisServer _replica = null!;

    public async Task InitializeAsync()
    {
        _master = await RedisServer.StartNewAsync();
        _replica = await _master.StartReplicaAsync();
        await _replica.UntilReplicatingAsync();
    }

    public async Task DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _master.DisposeAsync();
    }

    [Fact]
    public async Task Master_ReplacedAtOnceByAReplicaThatLacksMessages_NoPositionIsGivenOutTwice()
    {
        await using var proxy = new FaultyProxy(_master.Port);
        await using var node = new TestNode(proxy.EndPoint);
        await PublishSomeThatTheReplicaLacksAsync(node);

        await _master.KillAsync();
        await _replica.CliAsync("REPLICAOF", "NO", "ONE");
        proxy.Target = _replica.Port;
        await _replica.PretendComparedAsync(_kept);

        await PublishAsync(node);
        Check();
    }

    [Fact]
    public async Task Master_ReplacedByAReplicaThatLacksMessages_ConnectionsStay_NoPositionIsGivenOutTwice()
    {
        await using var proxy = new MovingProxy(_master.Port);
        await using var node = new TestNode(proxy.EndPoint);
        await PublishSomeThatTheReplicaLacksAsync(node);

        await _replica.CliAsync("REPLICAOF", "NO", "ONE");
        await _replica.PretendComparedAsync(_kept);
        proxy.MoveTo(_replica.Port);

        await PublishAsync(node);
        Check();
    }

    [Fact]
    public async Task Master_TookItsReplicasDataAndIsTheMasterAgain_NoPositionIsGivenOutTwice()
    {
        await using var node = new TestNode(_master.EndPoint);
        await PublishSomeThatTheReplicaLacksAsync(node);

        await _replica.CliAsync("REPLICAOF", "NO", "ONE");
        await _master.CliAsync("REPLICAOF", "127.0.0.1", _replica.Port.ToString(CultureInfo.InvariantCulture));
        await _master.UntilReplicatingAsync();
        await _master.CliAsync("REPLICAOF", "NO", "ONE");

        await PublishAsync(node);
        Check();
    }

    [Fact]
    public async Task Master_GetsItsFirstReplica_IsNoNewEpoch()
    {
        await using var alone = await RedisServer.StartNewAsync();
        await using var node = new TestNode(alone.EndPoint);
        await PublishAsync(node);
        var name = await alone.CliAsync("INFO", "replication");

        await using var replica = await alone.StartReplicaAsync();
        await replica.UntilReplicatingAsync();
        await PublishAsync(node);

        (await alone.CliAsync("INFO", "replication")).Should().NotContain(Regex.Match(name, "master_replid:[0-9a-f]+").Value, "its data have a new name");
        _positions.Select(position => position.Offset).Should().Equal(Enumerable.Range(1, 2 * Lost).Select(i => (long)i));
        _positions.Select(position => position.Epoch).Distinct().Should().ContainSingle("nothing was lost");
    }

    private async Task PublishSomeThatTheReplicaLacksAsync(TestNode node)
    {
        _positions.Add((await node.Broadcaster.SayAsync(_kept, 0)).Position!.Value);
        await _master.UntilReplicatedAsync();
        await _master.CutOffAsync(_replica);
        await PublishAsync(node);
    }

    /// <summary>Publishes some messages, as soon as that is possible.</summary>
    private async Task PublishAsync(TestNode node)
    {
        var started = Stopwatch.GetTimestamp();
        for (var published = 0; published < Lost;)
        {
            try
            {
                _positions.Add((await node.Broadcaster.SayAsync(_kept, 0)).Position!.Value);
                published++;
            }
            catch (BroadcasterUnavailableException) when (Stopwatch.GetElapsedTime(started) < Wait.Limit)
            {
                // Not yet.
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"published after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms"));
    }

    private void Check()
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_positions.Count - _positions.Distinct().Count()} of {Lost} positions given out twice"));
        _positions.Should().OnlyHaveUniqueItems();
        _positions.Select(position => position.Epoch).Distinct().Should().HaveCount(2, "the new master lacks messages that were accepted");
    }
}
