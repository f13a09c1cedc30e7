using System.Globalization;
using Xunit.Abstractions;

namespace RfBroadcast.Redis.Tests.FailOver;

/// <summary>Another server becomes the master: nodes go on by themselves, and what the new one does not have is told, never given out twice.</summary>
public abstract class FailOverTests(ITestOutputHelper output)
{
    protected Channel Kept { get; } = Channel.Public($"history.{Guid.NewGuid():N}");

    [Fact]
    public async Task MasterIsKilled_ReplicaHasAll_NodesGoOnByThemselves()
    {
        await using var run = await FailOverRun.StartAsync(Configure, Kept);
        await run.SayAsync(3);
        var master = await MasterAsync();
        await master.UntilReplicatedAsync();

        Say(await run.OutageAsync(master.KillAsync));

        await run.EverythingIsSeenOrToldAsync();
        await RestartAsync(master);
    }

    [Fact]
    public async Task MasterIsKilled_ReplicaLacksTheLastMessages_IsANewEpoch()
    {
        await using var run = await FailOverRun.StartAsync(Configure, Kept);
        await run.SayAsync(3);
        var master = await MasterAsync();
        var replica = await ReplicaOfAsync(master);
        await master.UntilReplicatedAsync();
        await master.LeaveBehindAsync(replica);
        await run.SayAsync(4);

        await run.OutageAsync(async () =>
        {
            await master.KillAsync();
            await replica.ThawAsync();
        });

        run.Epochs.Should().HaveCount(2, "the new master lacks messages that were delivered");
        await run.EverythingIsSeenOrToldAsync();
        await RestartAsync(master);
    }

    private protected abstract void Configure(RedisBroadcastOptions options);

    /// <summary>The master that has the channel.</summary>
    private protected abstract Task<RedisServer> MasterAsync();

    private protected abstract Task<RedisServer> ReplicaOfAsync(RedisServer master);

    /// <summary>Waits until every replica has its master's data.</summary>
    private protected abstract Task UntilHealthyAsync();

    private protected async Task RestartAsync(RedisServer server)
    {
        await server.StartAsync();
        await UntilHealthyAsync();
    }

    private protected void Say(TimeSpan outage) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the first accepted publish after {outage.TotalMilliseconds:F0} ms"));
}
