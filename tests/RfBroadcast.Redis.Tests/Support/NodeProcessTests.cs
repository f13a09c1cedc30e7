namespace RfBroadcast.Redis.Tests.Support;

/// <summary>Two nodes as processes are one, and one of them can be stopped, killed and started again.</summary>
public sealed class NodeProcessTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    [Fact]
    public async Task NodeProcess_TwoOfThem_AreOneNode()
    {
        await using var one = await NodeProcess.StartNewAsync(redis.Server.EndPoint);
        await using var two = await NodeProcess.StartNewAsync(redis.Server.EndPoint);
        using var ada = await one.ConnectAsync("ada");
        using var bob = await two.ConnectAsync("bob");
        await ada.SubscribeAsync("presence-kept.room");
        await bob.SubscribeAsync("presence-kept.room");

        (await ada.FindAsync("member_joined"))["member"].GetProperty("user_id").GetString().Should().Be("bob");
        (await one.MembersAsync("presence-kept.room")).Should().Equal("ada", "bob");
        (await two.ConnectionsAsync("presence-kept.room")).Should().BeEquivalentTo(ada.ConnectionId, bob.ConnectionId);

        (await two.PublishAsync("presence-kept.room", "hello")).Offset.Should().Be(1);
        (await ada.FindAsync("event")).String("data").Should().Be("hello");
        (await one.FiguresAsync()).Should().NotBeEmpty();
        (await one.HealthAsync()).Should().Be("Healthy");

        await two.StopAsync();
        (await ada.FindAsync("member_left"))["member"].GetProperty("user_id").GetString().Should().Be("bob");
        await two.StartAsync();
        (await two.MembersAsync("presence-kept.room")).Should().Equal("ada");
    }
}
