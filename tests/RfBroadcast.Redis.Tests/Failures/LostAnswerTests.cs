namespace RfBroadcast.Redis.Tests.Failures;

/// <summary>A command that Redis has carried out and whose answer is lost is tried again, and what follows from it happens all the same.</summary>
public sealed class LostAnswerTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    [Fact]
    public async Task Leave_ItsAnswerIsLost_TheUserLeavesAfterTheGraceAllTheSame()
    {
        const string Room = "presence-lost-answer";
        await using var proxy = new FaultyProxy(redis.Server.Port);

        // So long a lease that nobody else takes the user off.
        string[] settings = ["Broadcasting:PresenceGrace=00:00:00.3", "Broadcasting:Redis:Lease=00:05:00", "Broadcasting:Redis:CommandTimeout=00:00:01"];
        await using var here = await NodeProcess.StartNewAsync(proxy.EndPoint, settings);
        await using var there = await NodeProcess.StartNewAsync(redis.Server.EndPoint, settings);
        using var bob = await there.ConnectAsync("bob");
        await bob.SubscribeAsync(Room);
        using var ada = await here.ConnectAsync("ada");
        await ada.SubscribeAsync(Room);
        await bob.UntilAsync(client => client.Edges().Count == 1, "bob sees ada");

        proxy.FreezeAnswers();
        ada.Dispose();
        await Eventually.TrueAsync(
            async () => !(await redis.Server.CliAsync("HKEYS", $"rf:conns:{{{Room}}}")).Contains(ada.ConnectionId, StringComparison.Ordinal),
            "Redis has taken the connection off");
        proxy.Cut();
        proxy.Thaw();

        await bob.UntilAsync(client => client.Edges().Count == 2, "bob sees that ada has left");
        bob.Edges().Should().Equal("+ada", "-ada");
        (await there.MembersAsync(Room)).Should().Equal("bob");
    }
}
