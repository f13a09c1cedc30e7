using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Registration;

/// <summary>Where settings come from, and what is said of those that will not do.</summary>
public sealed class RedisOptionsTests
{
    [Fact]
    public void Configuration_EverySetting_IsTaken()
    {
        var options = Options(null,
            ("Host", "redis.example"), ("Port", "7000"), ("Password", "secret"), ("Database", "3"), ("Tls", "true"), ("Prefix", "app:"),
            ("SentinelUser", "u"), ("SentinelPassword", "p"), ("SentinelService", "m"),
            ("ConnectTimeout", "00:00:01"), ("CommandTimeout", "00:00:02"), ("PublishWait", "00:00:03"), ("Lease", "00:00:20"), ("Heartbeat", "00:00:04"),
            ("UnsubscribeDelay", "00:00:05"), ("KeyLifetime", "02:00:00"), ("ReceiveBytes", "2000000"), ("SurveyTimeout", "00:00:06"));

        options.Should().BeEquivalentTo(new RedisBroadcastOptions
        {
            Host = "redis.example",
            Port = 7000,
            Password = "secret",
            Database = 3,
            Tls = true,
            Prefix = "app:",
            SentinelUser = "u",
            SentinelPassword = "p",
            SentinelService = "m",
            ConnectTimeout = TimeSpan.FromSeconds(1),
            CommandTimeout = TimeSpan.FromSeconds(2),
            PublishWait = TimeSpan.FromSeconds(3),
            Lease = TimeSpan.FromSeconds(20),
            Heartbeat = TimeSpan.FromSeconds(4),
            UnsubscribeDelay = TimeSpan.FromSeconds(5),
            KeyLifetime = TimeSpan.FromHours(2),
            ReceiveBytes = 2_000_000,
            SurveyTimeout = TimeSpan.FromSeconds(6),
        });
        Options(null, ("Sentinels:0", "a:1"), ("Sentinels:1", "b"), ("ConnectionString", "c:2"), ("User", "ada"))
            .Should().BeEquivalentTo(new RedisBroadcastOptions { Sentinels = ["a:1", "b"], ConnectionString = "c:2", User = "ada" });
    }

    [Fact]
    public void Configuration_EmptySection_LeavesTheDefaults() => Options(null).Should().BeEquivalentTo(new RedisBroadcastOptions());

    [Fact]
    public void Configuration_TextInPlaceOfTheSection_IsNotPassedOver()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Broadcasting:Redis", "one:1,password=secret")]).Build();

        FluentActions.Invoking(() => RedisBroadcastSettings.Apply(configuration, new RedisBroadcastOptions())).Should().Throw<OptionsValidationException>()
            .Which.Message.Should().Contain("put it into Broadcasting:Redis:ConnectionString").And.NotContain("secret");
    }

    [Fact]
    public void Host_AddressOfVersion6_IsAHost() => Describe(builder => builder.UseRedis(), ("Host", "::1"), ("Port", "7000")).Should().Be("[::1]:7000");

    [Fact]
    public void Code_ConnectionString_GoesOverAServerInConfiguration()
    {
        Describe(builder => builder.UseRedis("one:1"), ("Host", "two"), ("Port", "2")).Should().Be("one:1");
        Describe(builder => builder.UseRedis("one:1"), ("Sentinels:0", "two"), ("SentinelService", "m")).Should().Be("one:1");
    }

    [Fact]
    public void ConnectionString_WithoutAPort_IsTheUsualOne()
    {
        Describe(builder => builder.UseRedis("one,two:1")).Should().Be("one:6379, two:1");
        Describe(builder => builder.UseRedis("one,two:1,serviceName=m")).Should().Be("the master of \"m\" at the sentinels one:26379, two:1");
    }

    [Fact]
    public void Code_Configure_GoesOverConfiguration() =>
        Describe(builder => builder.UseRedis(options => options.Port = 2), ("Host", "one"), ("Port", "1")).Should().Be("one:2");

    [Fact]
    public void NothingNamed_IsTheDefaultPortOfThisMachine() => Describe(builder => builder.UseRedis()).Should().Be("localhost:6379");

    [Fact]
    public void Password_IsNotDescribed() =>
        Describe(builder => builder.UseRedis("one:1,password=secret"), ("Password", "hidden")).Should().NotContain("secret").And.NotContain("hidden");

    [Theory]
    [InlineData("Host=", "Broadcasting:Redis:Host is \"\"; use the name or address of one host")]
    [InlineData("Host=a,b", "Broadcasting:Redis:Host is \"a,b\"; use the name or address of one host")]
    [InlineData("Host=a:7000", "Broadcasting:Redis:Host has a colon; use the name or address alone, and Port for the port")]
    [InlineData("Host=redis://:secret@a", "Broadcasting:Redis:Host has a colon; use the name or address alone, and Port for the port")]
    [InlineData("ConnectionString=a;Port=7000", "Broadcasting:Redis:Port is that of Host, which is not set; write the port into the ConnectionString")]
    [InlineData("Sentinels:0=a;SentinelService=m;Port=7000", "Broadcasting:Redis:Port is that of Host, which is not set; write the port into")]
    [InlineData("Host=a;ConnectionString=b", "more than one of ConnectionString, Host and Sentinels; keep the one")]
    [InlineData("Host=a;Sentinels:0=b", "more than one of ConnectionString, Host and Sentinels; keep the one")]
    [InlineData("ConnectionString=a,nonsense=1", "Broadcasting:Redis:ConnectionString cannot be used: StackExchange.Redis does not understand it. Write it as")]
    [InlineData("ConnectionString=password=secret", "Broadcasting:Redis:ConnectionString cannot be used: it names no host. Write it as")]
    [InlineData("Port=0", "Broadcasting:Redis:Port is 0; use a port from 1 to 65535")]
    [InlineData("Database=-1", "Broadcasting:Redis:Database is -1; use a database number from 0")]
    [InlineData("Prefix=", "Broadcasting:Redis:Prefix is \"\"; it needs at least one character")]
    [InlineData("Prefix={a}", "Broadcasting:Redis:Prefix is \"{a}\"")]
    [InlineData("Sentinels:0=a:b;SentinelService=m", "Broadcasting:Redis:Sentinels has \"a:b\"; write each sentinel as \"host:26379\"")]
    [InlineData("Sentinels:0=a", "Broadcasting:Redis:Sentinels is set without SentinelService; set it to the name")]
    [InlineData("SentinelService=m", "is set without Sentinels; name the sentinels there")]
    [InlineData("Sentinels:0=a;SentinelService=m;SentinelUser=u", "Broadcasting:Redis:SentinelUser is set without SentinelPassword; set both")]
    [InlineData("ConnectTimeout=00:00:00", "Broadcasting:Redis:ConnectTimeout is 00:00:00; set it from 00:00:00.1000000 to 00:01:00")]
    [InlineData("CommandTimeout=1.00:00:00", "Broadcasting:Redis:CommandTimeout is 1.00:00:00; set it from")]
    [InlineData("PublishWait=-00:00:01", "Broadcasting:Redis:PublishWait is -00:00:01; set it from 00:00:00 to")]
    [InlineData("Lease=00:00:00.5", "Broadcasting:Redis:Lease is 00:00:00.5000000; set it from 00:00:01 to")]
    [InlineData("Heartbeat=00:00:00", "Broadcasting:Redis:Heartbeat is 00:00:00; set it from")]
    [InlineData("Heartbeat=00:00:09", "a lease must last at least two heartbeats")]
    [InlineData("UnsubscribeDelay=2:00:00", "Broadcasting:Redis:UnsubscribeDelay is 02:00:00; set it from")]
    [InlineData("KeyLifetime=00:00:01", "Broadcasting:Redis:KeyLifetime is 00:00:01; set it from 00:00:02 to")]
    [InlineData("ReceiveBytes=1", "Broadcasting:Redis:ReceiveBytes is 1; set it from 1048576 (1 MiB) to")]
    [InlineData("SurveyTimeout=00:00:00", "Broadcasting:Redis:SurveyTimeout is 00:00:00; set it from")]
    public void Validate_SettingThatWillNotDo_SaysWhichAndWhat(string settings, string message)
    {
        var values = settings.Split(';').Select(setting => (setting[..setting.IndexOf('=', StringComparison.Ordinal)], setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..])).ToArray();

        var fault = FluentActions.Invoking(() => Services(builder => builder.UseRedis(), values).GetRequiredService<IOptions<RedisBroadcastOptions>>().Value)
            .Should().Throw<OptionsValidationException>().Which.Message;

        fault.Should().Contain(message).And.NotContain("secret");
    }

    [Theory]
    [InlineData("User", "ada", "Broadcasting:Redis:User is set")]
    [InlineData("ConnectionString", "a:1,user=ada,password=secret", "Broadcasting:Redis:ConnectionString cannot be used: it has user=")]
    public void Validate_UserWithAClientThatKnowsNone_SaysWhichPackage(string setting, string value, string message)
    {
        var options = Services(builder => builder.UseRedis(), (setting, value)).GetRequiredService<IOptions<RedisBroadcastOptions>>();
        if (typeof(ConfigurationOptions).Assembly.GetName().Version!.Major > 1)
        {
            options.Value.Should().NotBeNull();
            return;
        }

        FluentActions.Invoking(() => options.Value).Should().Throw<OptionsValidationException>().Which.Message
            .Should().Contain(message).And.Contain("1.2.6").And.Contain("reference the package StackExchange.Redis 2.13.23 or later").And.NotContain("secret");
    }

    private static RedisBroadcastOptions Options(Action<RedisBroadcastOptions>? configure, params (string Setting, string Value)[] settings)
    {
        var options = new RedisBroadcastOptions();
        RedisBroadcastSettings.Apply(Configuration(settings), options);
        configure?.Invoke(options);
        return options;
    }

    private static string Describe(Action<IBroadcastingBuilder> use, params (string Setting, string Value)[] settings)
    {
        using var services = Services(use, settings);
        var options = services.GetRequiredService<IOptions<RedisBroadcastOptions>>().Value;
        return new RedisConnector(options, shared: null, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).Describe();
    }

    private static ServiceProvider Services(Action<IBroadcastingBuilder> use, params (string Setting, string Value)[] settings)
    {
        var services = new ServiceCollection().AddSingleton(Configuration(settings)).AddLogging();
        use(services.AddBroadcastingCore());
        return services.BuildServiceProvider();
    }

    private static IConfiguration Configuration((string Setting, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(one => new KeyValuePair<string, string?>("Broadcasting:Redis:" + one.Setting, one.Value)))
        .Build();
}
