using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RfBroadcast.Tests;

public sealed class BroadcastingCoreTests
{
    [Fact]
    public async Task AddBroadcastingCore_Alone_GivesAWorkingBroadcaster()
    {
        await using var provider = new ServiceCollection().AddBroadcastingCore().Services.BuildServiceProvider(validateScopes: true);

        var broadcaster = provider.GetRequiredService<IBroadcaster>();
        (await broadcaster.BroadcastAsync(new OrderShipped(7, "DHL"))).Channels.Should().HaveCount(1);
        provider.GetRequiredService<MemoryBroadcaster>().Should().BeSameAs(broadcaster);
        provider.GetRequiredService<IChannelHistory>().Should().BeSameAs(broadcaster);
        provider.GetRequiredService<LocalHub>().Should().BeSameAs(provider.GetRequiredService<MemoryBroadcaster>().Hub);
        (await provider.GetRequiredService<IBroadcastConnections>().ListAsync()).Should().BeEmpty();
        provider.GetServices<IBroadcastDriver>().Select(driver => driver.Name).Should().BeEquivalentTo("log", "null");
    }

    [Fact]
    public void AddBroadcastingCore_Twice_AddsOnlyTheConfiguration()
    {
        var services = new ServiceCollection();
        services.AddBroadcastingCore(o => o.PendingMessages = 10);
        var count = services.Count;
        services.AddBroadcastingCore();
        services.Count.Should().Be(count);
        services.AddBroadcastingCore(o => o.PendingBytes = 2048);

        using var provider = services.BuildServiceProvider();
        Options(provider).Should().BeEquivalentTo(new { PendingMessages = 10, PendingBytes = 2048 });
        provider.GetServices<IBroadcaster>().Should().HaveCount(1);
        provider.GetServices<IBroadcastDriver>().Should().HaveCount(2);
    }

    [Fact]
    public void AddBroadcastingCore_OwnClockAndDriver_AreUsed()
    {
        var time = new ManualTimeProvider();
        using var provider = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddSingleton<IBroadcastDriver>(new RecordingDriver("mine"))
            .AddBroadcastingCore(o => o.Drivers = ["mine"]).Services.BuildServiceProvider();

        provider.GetRequiredService<IBroadcaster>().Should().NotBeNull();
        provider.GetRequiredService<TimerWheel>().Schedule(TimeSpan.FromSeconds(1), () => { });
        time.RunningTimers.Should().Be(1);
    }

    [Fact]
    public void Configuration_Section_IsBoundAndCodeGoesOverIt()
    {
        var values = new Dictionary<string, string?>
        {
            ["Broadcasting:MaxPayloadBytes"] = "2048",
            ["Broadcasting:PendingMessages"] = "11",
            ["Broadcasting:PendingBytes"] = "4096",
            ["Broadcasting:RecoveryBytes"] = "8192",
            ["Broadcasting:PresenceGrace"] = "00:00:05",
            ["Broadcasting:IdempotencyWindow"] = "00:10:00",
            ["Broadcasting:Drivers:0"] = "log",
            ["Broadcasting:OrganizationChannel"] = "org.{id}",
            ["Broadcasting:SystemAlertsChannel"] = "alerts",
        };
        using var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
            .AddBroadcastingCore(o => o.PendingMessages = 12).Services.BuildServiceProvider();

        Options(provider).Should().BeEquivalentTo(new
        {
            MaxPayloadBytes = 2048,
            PendingMessages = 12,
            PendingBytes = 4096,
            RecoveryBytes = 8192,
            PresenceGrace = TimeSpan.FromSeconds(5),
            IdempotencyWindow = TimeSpan.FromMinutes(10),
            Drivers = new[] { "log" },
            OrganizationChannel = "org.{id}",
            SystemAlertsChannel = "alerts",
        });
    }

    [Fact]
    public void Configuration_NoSection_KeepsTheDefaults()
    {
        using var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddBroadcastingCore().Services.BuildServiceProvider();

        Options(provider).Should().BeEquivalentTo(new { PendingMessages = 256, PendingBytes = 1024 * 1024, PresenceGrace = TimeSpan.FromSeconds(3) });
    }

    [Theory]
    [InlineData("MaxPayloadBytes", "1023", "Broadcasting:MaxPayloadBytes is 1023; set it from 1024 to")]
    [InlineData("PendingMessages", "0", "Broadcasting:PendingMessages is 0; set it from 1 to")]
    [InlineData("PendingBytes", "1", "Broadcasting:PendingBytes is 1; set it from")]
    [InlineData("RecoveryBytes", "-5", "Broadcasting:RecoveryBytes is -5; set it from")]
    [InlineData("PresenceGrace", "-00:00:01", "Broadcasting:PresenceGrace is -00:00:01; set it from 00:00:00")]
    [InlineData("IdempotencyWindow", "2.00:00:00", "Broadcasting:IdempotencyWindow is 2.00:00:00; set it from")]
    [InlineData("OrganizationChannel", "org", "Broadcasting:OrganizationChannel is \"org\"; it must contain {id}")]
    [InlineData("OrganizationChannel", "o/{id}", "Broadcasting:OrganizationChannel is \"o/{id}\": the character '/'")]
    [InlineData("SystemAlertsChannel", "a b", "Broadcasting:SystemAlertsChannel is \"a b\": the character ' '")]
    [InlineData("SystemAlertsChannel", "private-a", "Broadcasting:SystemAlertsChannel is \"private-a\"; it must be a public channel")]
    public async Task StartAsync_WrongValue_StopsTheStartAndNamesSettingAndCure(string setting, string value, string message)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new($"Broadcasting:{setting}", value)]);
        builder.Services.AddBroadcastingCore();
        using var host = builder.Build();

        (await FluentActions.Awaiting(() => host.StartAsync()).Should().ThrowAsync<OptionsValidationException>()).WithMessage($"*{message}*");
    }

    [Fact]
    public async Task StartAsync_ValueOfTheWrongKind_StopsTheStartAndNamesTheSetting()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Broadcasting:PendingMessages", "many")]);
        builder.Services.AddBroadcastingCore();
        using var host = builder.Build();

        (await FluentActions.Awaiting(() => host.StartAsync()).Should().ThrowAsync<InvalidOperationException>()).WithMessage("*Broadcasting:PendingMessages*");
    }

    [Fact]
    public async Task StartAsync_Defaults_Starts()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddBroadcastingCore();
        using var host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();
    }

    [Fact]
    public async Task Json_OwnOptions_AreUsed()
    {
        await using var provider = new ServiceCollection()
            .AddBroadcastingCore(o => o.Json = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower }).Services.BuildServiceProvider();
        var broadcaster = provider.GetRequiredService<MemoryBroadcaster>();
        var connection = broadcaster.Hub.Connect("1");
        await broadcaster.JoinAsync(connection, Channel.Private("orders.7"));

        await broadcaster.BroadcastAsync(new OrderShipped(7, "DHL"));

        await connection.UntilEventsAsync(1);
        connection.Data.Should().Equal("""{"order-id":7,"carrier":"DHL"}""");
    }

    private static BroadcastOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<BroadcastOptions>>().Value;
}
