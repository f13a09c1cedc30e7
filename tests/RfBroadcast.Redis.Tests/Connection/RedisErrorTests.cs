using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Connection;

/// <summary>What is said when Redis cannot be used: each names the setting it comes from and what to do, and never a password.</summary>
public sealed class RedisErrorTests
{
    private readonly Channel _plain = Channel.Public("news");
    private readonly Channel _kept = Channel.Public("history.news");

    [Theory]
    [InlineData("right", "wrong", "Redis does not accept the password: set Broadcasting:Redis:Password")]
    [InlineData("right", null, "Redis asks for a password: set Broadcasting:Redis:Password")]
    public async Task Password_IsNotTheServers_IsSaid(string servers, string? ours, string message)
    {
        await using var server = await RedisServer.StartNewAsync("requirepass", servers);

        (await FaultAsync(options => (options.Host, options.Port, options.Password) = ("127.0.0.1", server.Port, ours)))
            .Should().Contain(message).And.NotContain("wrong");
    }

    [Theory]
    [InlineData("")]
    [InlineData(",password=wrong")]
    public async Task Password_OfTheAppsOwnMultiplexer_OurSettingsAreNotBlamed(string password)
    {
        await using var server = await RedisServer.StartNewAsync("requirepass", "right");
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(server.EndPoint + ",abortConnect=false" + password);
        await using var node = new TestNode(multiplexer);

        (await PublishFaultAsync(node, _plain))
            .Should().Contain("look at what the app makes its own IConnectionMultiplexer with").And.NotContain("Broadcasting:Redis:Password").And.NotContain("wrong");
    }

    [Fact]
    public async Task Database_IsNotThere_IsSaid()
    {
        await using var server = await RedisServer.StartNewAsync();

        (await FaultAsync(options => (options.Host, options.Port, options.Database) = ("127.0.0.1", server.Port, 99)))
            .Should().Contain("Redis does not have that many databases: set Broadcasting:Redis:Database");
    }

    [Fact]
    public async Task Password_RightOne_Works()
    {
        await using var server = await RedisServer.StartNewAsync("requirepass", "right");
        await using var node = new TestNode(options => (options.Host, options.Port, options.Password) = ("127.0.0.1", server.Port, "right"));

        (await node.Broadcaster.SayAsync(_kept, 1)).Position!.Value.Offset.Should().Be(1);
    }

    [Fact]
    public async Task Port_NobodyListens_IsSaid()
    {
        var port = LoopbackPorts.Next();

        (await FaultAsync(options => (options.Host, options.Port) = ("127.0.0.1", port)))
            .Should().StartWith(FormattableString.Invariant($"Redis at 127.0.0.1:{port} cannot be reached: check Broadcasting:Redis:Host and Port,"));
    }

    [Fact]
    public async Task Host_DoesNotExist_IsSaid() =>
        (await FaultAsync(options => options.Host = "no-such-host.invalid"))
            .Should().Contain("no-such-host.invalid").And.Contain("cannot be reached: check Broadcasting:Redis:Host and Port,");

    [Fact]
    public async Task ConnectionString_NobodyListens_IsSaid()
    {
        var text = FormattableString.Invariant($"127.0.0.1:{LoopbackPorts.Next()},password=secret");

        (await FaultAsync(options => options.ConnectionString = text))
            .Should().Contain("cannot be reached: check Broadcasting:Redis:ConnectionString,").And.NotContain("secret");
    }

    [Fact]
    public async Task Server_IsNotRedis_IsSaid()
    {
        await using var other = new ScriptedRedis(_ => "HTTP/1.1 400 Bad Request\r\n");

        (await FaultAsync(options =>
        {
            options.ConnectionString = other.EndPoint;
            options.ConnectTimeout = TimeSpan.FromSeconds(1);
        })).Should().Contain("cannot be reached: check Broadcasting:Redis:ConnectionString,");
    }

    [Fact]
    public async Task Tls_ServerHasNone_IsSaid()
    {
        await using var server = await RedisServer.StartNewAsync();

        (await FaultAsync(options =>
        {
            (options.Host, options.Port, options.Tls) = ("127.0.0.1", server.Port, true);
            options.ConnectTimeout = TimeSpan.FromSeconds(1);
        })).Should().Contain("cannot be reached").And.Contain("Broadcasting:Redis:Tls");
    }

    [Fact]
    public async Task Server_IsAReplica_IsSaid()
    {
        await using var master = await RedisServer.StartNewAsync();
        await using var replica = await master.StartReplicaAsync();

        (await FaultAsync(options => options.ConnectionString = replica.EndPoint))
            .Should().Contain("is a read-only replica: let Broadcasting:Redis:Host (or ConnectionString) name the master");
    }

    [Fact]
    public async Task Server_BecomesAReplica_PublishingSaysSo()
    {
        await using var master = await RedisServer.StartNewAsync();
        await using var server = await RedisServer.StartNewAsync();
        await using var node = new TestNode(server.EndPoint, configureRedis: options => options.PublishWait = TimeSpan.Zero);
        await node.Broadcaster.SayAsync(_kept, 1);

        await server.CliAsync("REPLICAOF", "127.0.0.1", master.Port.ToString(CultureInfo.InvariantCulture));

        await Eventually.TrueAsync(async () => (await PublishFaultAsync(node, _kept))?.Contains("read-only replica", StringComparison.Ordinal) == true, "it is said");
        await server.CliAsync("REPLICAOF", "NO", "ONE");
        await Eventually.TrueAsync(async () => await PublishFaultAsync(node, _kept) is null, "it goes on");
    }

    [Theory]
    [InlineData("-eval", "-evalsha")]
    [InlineData("-script", "-script|load")]
    [InlineData("-publish", "-publish")]
    [InlineData("-subscribe", "-subscribe")]
    [InlineData("-info", "-info")]
    [InlineData("resetkeys", "~other:*")]
    [InlineData("resetchannels", "&other:*")]
    public async Task User_MayNotDoSomething_IsSaid(string rule, string another)
    {
        await using var server = await RedisServer.StartNewAsync();
        await server.CliAsync("ACL", "SETUSER", "default", rule, another);

        (await FaultAsync(options =>
        {
            options.ConnectionString = server.EndPoint;
            options.ConnectTimeout = TimeSpan.FromSeconds(2);
        })).Should().Contain("may not do what broadcasting needs").And.Contain("docs/redis.md").And.Contain("Broadcasting:Redis");
    }

    [Fact]
    public async Task Memory_IsFull_PublishingWithHistorySaysSoAndPlainGoesOn()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var node = new TestNode(server.EndPoint);
        var client = node.Connect("1.1");
        await node.Broadcaster.JoinAsync(client, _plain);
        await node.Broadcaster.SayAsync(_kept, 1);

        await server.SetMaxMemoryAsync(1);

        (await PublishFaultAsync(node, _kept)).Should().Contain("Redis is out of memory: raise its maxmemory, or keep less history (KeepHistory)");
        await node.Broadcaster.SayAsync(_plain, 2);
        await client.UntilEventsAsync(1);
        await server.SetMaxMemoryAsync(0);
        (await node.Broadcaster.SayAsync(_kept, 3)).Position!.Value.Offset.Should().Be(2);
    }

    [Fact]
    public async Task Server_IsTooOld_IsSaid()
    {
        // There is one version of Redis here: on the way it says that it is another.
        await using var server = await RedisServer.StartNewAsync();
        await using var proxy = new FaultyProxy(server.Port) { Rewrite = ("redis_version:7.", "redis_version:4.") };

        (await FaultAsync(options => options.ConnectionString = proxy.EndPoint))
            .Should().Match("This Redis has version 4.*; broadcasting needs 5.0 or later*Broadcasting:Redis:Host*");
    }

    private async Task<string> FaultAsync(Action<RedisBroadcastOptions> configure)
    {
        await using var node = new TestNode(options =>
        {
            options.PublishWait = TimeSpan.Zero;
            configure(options);
        });
        return await PublishFaultAsync(node, _kept) ?? throw new InvalidOperationException("It was accepted.");
    }

    private static async Task<string?> PublishFaultAsync(TestNode node, Channel channel)
    {
        try
        {
            await node.Broadcaster.SayAsync(channel, 1);
            return null;
        }
        catch (BroadcasterUnavailableException fault)
        {
            return fault.Message;
        }
    }
}
