using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>Asking the server what it is, where the client lets one ask and where it does not.</summary>
public sealed class ServerInfoTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    [Fact]
    public async Task Read_ClientRefusesInfo_IsAskedByScript()
    {
        using var wheel = new TimerWheel(TimeProvider.System);
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        using var session = new RedisSession(1, ClientWithoutInfo.Of<IConnectionMultiplexer>(multiplexer), 0, wheel, TimeSpan.FromSeconds(30), TimeProvider.System);
        await FluentActions.Awaiting(() => session.ExecuteAsync("INFO")).Should().ThrowAsync<BroadcasterUnavailableException>();

        var info = await ServerInfo.ReadAsync(session);

        info.Should().Contain("redis_version:").And.Contain("role:master");
        FluentActions.Invoking(() => ServerInfo.Check(info)).Should().NotThrow();
    }

    [Fact]
    public async Task Read_ServerRefusesInfo_IsSaidAndNotAskedAgain()
    {
        await using var server = await RedisServer.StartNewAsync();
        using var wheel = new TimerWheel(TimeProvider.System);
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(server.EndPoint + ",allowAdmin=true");
        using var session = new RedisSession(1, multiplexer, 0, wheel, TimeSpan.FromSeconds(30), TimeProvider.System);
        await server.CliAsync("ACL", "SETUSER", "default", "-info");

        await FluentActions.Awaiting(() => ServerInfo.ReadAsync(session)).Should().ThrowAsync<BroadcasterUnavailableException>().WithMessage("*NOPERM*");
    }
}
