using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RfBroadcast.Redis.Tests.Health;

/// <summary>What the app's health says of Redis.</summary>
public sealed class RedisHealthTests
{
    [Fact]
    public async Task Redis_ComesGoesAndComesBack_IsHealthyDegradedHealthy()
    {
        await using var server = await RedisServer.StartNewAsync();
        await using var services = Services(server.EndPoint);
        var broadcaster = services.GetRequiredService<RedisBroadcaster>();
        (await CheckAsync(services)).Status.Should().Be(HealthStatus.Degraded, "nothing has used it yet");

        await broadcaster.SayAsync(Channel.Public("news"), 1);
        (await CheckAsync(services)).Status.Should().Be(HealthStatus.Healthy);

        await server.KillAsync();
        await Eventually.TrueAsync(async () => (await CheckAsync(services)).Status == HealthStatus.Degraded, "it is degraded");
        await Eventually.TrueAsync(
            async () => (await CheckAsync(services)).Description?.Contains("cannot be reached: check Broadcasting:Redis:ConnectionString", StringComparison.Ordinal) == true,
            "it says why");

        await server.StartAsync();
        await Eventually.TrueAsync(async () => (await CheckAsync(services)).Status == HealthStatus.Healthy, "it is healthy again");
    }

    [Fact]
    public async Task Memory_IsHealthyWithoutRedis()
    {
        await using var services = Services("no-such-host.invalid", ("Broadcasting:Broadcaster", "memory"));

        (await CheckAsync(services)).Status.Should().Be(HealthStatus.Healthy);
    }

    private static ServiceProvider Services(string redis, params (string Setting, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => new KeyValuePair<string, string?>(one.Setting, one.Value))).Build());
        services.AddHealthChecks().AddRedisBroadcasting(tags: ["ready"]);
        services.AddBroadcastingCore().UseRedis(redis);
        return services.BuildServiceProvider();
    }

    private static async Task<HealthReportEntry> CheckAsync(ServiceProvider services) =>
        (await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["redis-broadcasting"];
}
