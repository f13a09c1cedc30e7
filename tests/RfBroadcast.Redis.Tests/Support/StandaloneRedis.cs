namespace RfBroadcast.Redis.Tests.Support;

/// <summary>One server for all tests of a class, which run in series.</summary>
public sealed class StandaloneRedis : IAsyncLifetime
{
    internal RedisServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RedisServer.StartNewAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
