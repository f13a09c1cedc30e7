using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace RfBroadcast.Redis.Tests.Support;

/// <summary>The servers and the proxy do what the other tests take for granted.</summary>
public sealed class SupportTests
{
    [Fact]
    public async Task RedisServer_RestartedWithAndWithoutItsData_HasItOrNot()
    {
        await using var server = await RedisServer.StartNewAsync();
        await server.CliAsync("SET", "key", "1");
        await server.KillAsync();
        server.IsRunning.Should().BeFalse();
        await FluentActions.Awaiting(() => server.CliAsync("PING")).Should().ThrowAsync<InvalidOperationException>();

        await server.StartAsync();
        (await server.KeysAsync()).Should().Equal("key");

        await server.StopAsync();
        await server.StartAsync(withData: false);
        (await server.KeysAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task RedisServer_AclAndMemory_AreBounded()
    {
        await using var server = await RedisServer.StartNewAsync();
        await server.SetUserAsync("weak", "secret", "~*", "+@read", "+@connection");
        await FluentActions.Awaiting(() => server.CliAsync("--user", "weak", "--pass", "secret", "SET", "key", "1"))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*NOPERM*");

        await server.SetMaxMemoryAsync(1);
        await FluentActions.Awaiting(() => server.CliAsync("SET", "key", "1")).Should().ThrowAsync<InvalidOperationException>().WithMessage("*OOM*");
        await server.SetMaxMemoryAsync(0);
        await server.CliAsync("SET", "key", "1");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task RedisCluster_MasterDies_ItsReplicaTakesOver()
    {
        await using var cluster = await RedisCluster.StartNewAsync();
        var before = await cluster.MasterOfAsync("key");
        await before.CliAsync("SET", "key", "1");
        await before.UntilReplicatedAsync();

        await before.KillAsync();
        await Eventually.TrueAsync(async () => await cluster.MasterOfAsync("key") != before, "the replica is the master");

        (await (await cluster.MasterOfAsync("key")).CliAsync("GET", "key")).Should().Be("1");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task RedisSentinelPair_FailOver_TheReplicaIsTheMaster()
    {
        await using var pair = await RedisSentinelPair.StartNewAsync();
        var before = await pair.MasterAsync();
        before.Should().BeSameAs(pair.First);
        await before.CliAsync("SET", "key", "1");
        await before.UntilReplicatedAsync();

        await pair.FailOverAsync();

        (await pair.MasterAsync()).Should().BeSameAs(pair.Second);
        (await pair.Second.CliAsync("GET", "key")).Should().Be("1");
    }

    [Fact]
    public async Task FaultyProxy_FrozenAndCut_DoesSo()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var proxy = new FaultyProxy(server.Port);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", proxy.Port);
        (await AskAsync(client)).Should().Be("+PONG\r\n");

        proxy.Freeze();
        var asking = AskAsync(client);
        await RedisCli.RunAsync(server.Port, "PING");
        asking.IsCompleted.Should().BeFalse();
        proxy.Thaw();
        (await asking.InTimeAsync()).Should().Be("+PONG\r\n");

        proxy.Cut();
        await FluentActions.Awaiting(async () => await AskAsync(client)).Should().ThrowAsync<IOException>();
        await Wait.UntilAsync(() => proxy.ConnectionCount == 0, "the connections are closed");
    }

    [Fact]
    public async Task DeathWatch_ItsProcessEnds_WhatItHasStartedIsKilled()
    {
        // The end of a process closes its pipes, as disposing the watch does.
        using var orphan = ChildProcess.Start(new ProcessStartInfo("sleep", ["1000"]));
        using var disowned = ChildProcess.Start(new ProcessStartInfo("sleep", ["1000"]));
        using (var watch = new DeathWatch())
        {
            watch.Watch(disowned.Id);
            watch.Watch(orphan.Id);
            watch.Forget(disowned.Id);
        }

        await orphan.ExitAsync();
        disowned.IsRunning.Should().BeTrue();
    }

    private static async Task<string> AskAsync(TcpClient client)
    {
        var buffer = new byte[64];
        await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
        var count = await client.GetStream().ReadAsync(buffer);
        return count == 0 ? throw new IOException("closed") : Encoding.UTF8.GetString(buffer, 0, count);
    }
}
