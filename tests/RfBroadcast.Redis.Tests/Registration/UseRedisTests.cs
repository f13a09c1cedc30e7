using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Registration;

/// <summary>The ways to say that Redis is to be used, and which, and that it is not.</summary>
public sealed class UseRedisTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private readonly Channel _channel = Channel.Public($"news.{Guid.NewGuid():N}");

    [Fact]
    public async Task ConnectionString_IsUsed() => await ReachesAnotherNodeAsync(builder => builder.UseRedis(redis.Server.EndPoint));

    [Fact]
    public async Task Configure_IsUsed() =>
        await ReachesAnotherNodeAsync(builder => builder.UseRedis(options => (options.Host, options.Port) = ("127.0.0.1", redis.Server.Port)));

    [Fact]
    public async Task Configuration_IsUsed() => await ReachesAnotherNodeAsync(
        builder => builder.UseRedis(), ("Broadcasting:Redis:Host", "127.0.0.1"), ("Broadcasting:Redis:Port", FormattableString.Invariant($"{redis.Server.Port}")));

    [Fact]
    public async Task CalledTwice_TheSecondAddsToTheFirst() => await ReachesAnotherNodeAsync(builder => builder
        .UseRedis(redis.Server.EndPoint)
        .UseRedis(options => options.Lease = TimeSpan.FromSeconds(20)));

    [Fact]
    public async Task Multiplexer_OfTheApp_IsUsedAndLeftOpen()
    {
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);

        await ReachesAnotherNodeAsync(builder =>
        {
            builder.Services.AddSingleton<IConnectionMultiplexer>(multiplexer);
            builder.UseRedis();
        });

        multiplexer.IsConnected.Should().BeTrue("it is the app's");
        await multiplexer.GetDatabase().PingAsync();
    }

    [Fact]
    public async Task Multiplexer_AndAServerInConfiguration_TheServerIsUsed()
    {
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(
            FormattableString.Invariant($"127.0.0.1:{LoopbackPorts.Next()},abortConnect=false,connectTimeout=100"));

        await ReachesAnotherNodeAsync(
            builder =>
            {
                builder.Services.AddSingleton<IConnectionMultiplexer>(multiplexer);
                builder.UseRedis();
            },
            ("Broadcasting:Redis:ConnectionString", redis.Server.EndPoint));
    }

    [Fact]
    public async Task Multiplexer_CannotBeMadeWhileRedisIsAway_TheAppStartsAllTheSame()
    {
        await using var server = await RedisServer.StartNewAsync();
        await server.StopAsync();
        using var host = Host(builder =>
        {
            builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(server.EndPoint));
            builder.UseRedis();
        });

        await host.StartAsync().InTimeAsync();
        var broadcaster = host.Services.GetRequiredService<IBroadcaster>();
        (await FluentActions.Awaiting(() => broadcaster.SayAsync(_channel, 1)).Should().ThrowAsync<BroadcasterUnavailableException>())
            .Which.Message.Should().StartWith("Redis cannot be reached by the app's own IConnectionMultiplexer: look at what the app makes its own");
        await server.StartAsync();

        await Eventually.TrueAsync(async () => await broadcaster.SayAsync(_channel, 2) is not null, "it is asked for again");
        await host.StopAsync();
    }

    [Theory]
    [InlineData("Port", "7000")]
    [InlineData("User", "ada")]
    [InlineData("Password", "secret")]
    [InlineData("Tls", "true")]
    public async Task Multiplexer_AndSettingsThatAreNotForIt_StartIsStopped(string setting, string value)
    {
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        using var host = Host(
            builder =>
            {
                builder.Services.AddSingleton<IConnectionMultiplexer>(multiplexer);
                builder.UseRedis();
            },
            ("Broadcasting:Redis:" + setting, value));

        // A user stops the start in any case where the client knows none.
        (await FluentActions.Awaiting(() => host.StartAsync()).Should().ThrowAsync<OptionsValidationException>())
            .Which.Message.Should().Contain($"Broadcasting:Redis:{setting} is set").And.NotContain("secret");
    }

    [Fact]
    public async Task Database_WhereverItIsSaid_IsTheSame()
    {
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint + ",defaultDatabase=2");
        await using var other = new TestNode(redis.Server.EndPoint, configureRedis: options => options.Database = 2);
        var client = other.Connect("1.1");
        await other.Broadcaster.JoinAsync(client, _channel);
        using var byText = Host(builder => builder.UseRedis(redis.Server.EndPoint + ",defaultDatabase=2"));
        using var byMultiplexer = Host(builder =>
        {
            builder.Services.AddSingleton<IConnectionMultiplexer>(multiplexer);
            builder.UseRedis();
        });

        await byText.Services.GetRequiredService<IBroadcaster>().SayAsync(_channel, 1);
        await byMultiplexer.Services.GetRequiredService<IBroadcaster>().SayAsync(_channel, 2);

        await client.UntilEventsAsync(2);
        client.Data.Should().Equal("1", "2");
    }

    [Fact]
    public async Task PrefixAndDatabase_KeepAppsApart()
    {
        var kept = Channel.Public($"history.{Guid.NewGuid():N}");
        await using var one = new TestNode(redis.Server.EndPoint);
        await using var prefixed = new TestNode(redis.Server.EndPoint, configureRedis: options => options.Prefix = "other:");
        await using var numbered = new TestNode(redis.Server.EndPoint, configureRedis: options => options.Database = 1);
        await using var numberedByText = new TestNode(redis.Server.EndPoint + ",defaultDatabase=3");
        TestNode[] nodes = [one, prefixed, numbered, numberedByText];
        var clients = new List<RecordingConnection>();
        foreach (var node in nodes)
        {
            clients.Add(node.Connect("1.1"));
            await node.Broadcaster.JoinAsync(clients[^1], kept);
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            (await nodes[i].Broadcaster.SayAsync(kept, i)).Position!.Value.Offset.Should().Be(1);
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            await nodes[i].Broadcaster.SayAsync(kept, "end");
            await clients[i].UntilEventsAsync(2);
            clients[i].Data.Should().Equal(FormattableString.Invariant($"{i}"), "\"end\"");
        }
    }

    [Fact]
    public async Task Configuration_ChoosesMemory_RedisIsNotUsed()
    {
        using var host = Host(builder => builder.UseRedis("no-such-host.invalid"), ("Broadcasting:Broadcaster", "memory"));
        await host.StartAsync();

        var broadcaster = host.Services.GetRequiredService<IBroadcaster>();

        broadcaster.Should().BeOfType<MemoryBroadcaster>();
        await broadcaster.SayAsync(_channel, 1);
        await host.StopAsync();
    }

    [Fact]
    public async Task Configuration_ChoosesMemory_SettingsOfRedisDoNotCount()
    {
        using var host = Host(builder => builder.UseRedis(), ("Broadcasting:Broadcaster", "Memory"), ("Broadcasting:Redis:Host", ""));

        await host.StartAsync();

        host.Services.GetRequiredService<IBroadcaster>().Should().BeOfType<MemoryBroadcaster>();
        await host.StopAsync();
    }

    [Fact]
    public async Task Configuration_ChoosesRedisWithoutTheCall_StartIsStopped()
    {
        using var host = Host(_ => { }, ("Broadcasting:Broadcaster", "redis"));

        (await FluentActions.Awaiting(() => host.StartAsync()).Should().ThrowAsync<OptionsValidationException>())
            .Which.Message.Should().Contain("reference the package RfBroadcast.Redis and call AddBroadcasting().UseRedis(...)");
    }

    [Fact]
    public async Task Configuration_ThatWillNotDo_StartIsStopped()
    {
        using var host = Host(builder => builder.UseRedis(), ("Broadcasting:Redis:Port", "0"));

        (await FluentActions.Awaiting(() => host.StartAsync()).Should().ThrowAsync<OptionsValidationException>())
            .Which.Message.Should().Contain("Broadcasting:Redis:Port is 0");
    }

    [Fact]
    public async Task Redis_IsNotThere_TheAppStartsAllTheSame()
    {
        using var host = Host(builder => builder.UseRedis(FormattableString.Invariant($"127.0.0.1:{LoopbackPorts.Next()}")));

        await host.StartAsync().InTimeAsync();

        host.Services.GetRequiredService<RedisBroadcaster>().IsConnected.Should().BeFalse();
        await host.StopAsync().InTimeAsync();
    }

    private async Task ReachesAnotherNodeAsync(Action<IBroadcastingBuilder> use, params (string Setting, string Value)[] settings)
    {
        await using var other = new TestNode(redis.Server.EndPoint);
        var client = other.Connect("1.1");
        await other.Broadcaster.JoinAsync(client, _channel);
        using var host = Host(use, settings);
        await host.StartAsync();

        await host.Services.GetRequiredService<IBroadcaster>().SayAsync(_channel, 7);

        await client.UntilEventsAsync(1);
        client.Data.Should().Equal("7");
        await host.StopAsync();
    }

    private static IHost Host(Action<IBroadcastingBuilder> use, params (string Setting, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(settings.Select(one => new KeyValuePair<string, string?>(one.Setting, one.Value)));
        use(builder.Services.AddBroadcastingCore());
        return builder.Build();
    }
}
