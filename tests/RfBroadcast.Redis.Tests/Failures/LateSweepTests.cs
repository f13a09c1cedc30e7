namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>A node that died is swept even when for longer than keys live nobody could do it.</summary>
public sealed class LateSweepTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromSeconds(6);

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Node_KilledWhileTheOthersKeepLosingRedis_ItsMembersLeaveWhenTheyHaveItAgain()
    {
        const string Room = "presence-late";
        string[] settings = ["Broadcasting:Redis:Lease=00:00:03", "Broadcasting:Redis:Heartbeat=00:00:00.5", $"Broadcasting:Redis:KeyLifetime={KeyLifetime}"];
        await using var here = await NodeProcess.StartNewAsync(redis.Server.EndPoint, settings);
        await using var there = await NodeProcess.StartNewAsync(redis.Server.EndPoint, settings);
        using var bob = await there.ConnectAsync("bob");
        await bob.SubscribeAsync(Room);
        using var ada = await here.ConnectAsync("ada");
        await ada.SubscribeAsync(Room);
        await bob.UntilAsync(client => client.Edges().Count == 1, "bob sees ada");

        await here.KillAsync();
        var until = DateTime.UtcNow + (KeyLifetime * 2);
        while (DateTime.UtcNow < until)
        {
            await redis.Server.KillClientsAsync(); // its sessions are too young to sweep
            await Task.Delay(TimeSpan.FromSeconds(2));
        }

        await bob.UntilAsync(client => client.Members().SequenceEqual(["bob"]), "bob sees that ada has left, and nobody else");
        await Eventually.TrueAsync(
            async () => await redis.Server.CliAsync("HKEYS", $"rf:conns:{{{Room}}}") == bob.ConnectionId,
            "Redis has the connection of bob alone");
        (await there.MembersAsync(Room)).Should().Equal("bob");
    }
}
