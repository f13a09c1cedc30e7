namespace RfBroadcast.Redis.Tests.Support;

/// <summary>One pair under sentinels for all tests of a class, which run in series.</summary>
public sealed class SentinelRedis : IAsyncLifetime
{
    internal RedisSentinelPair Pair { get; private set; } = null!;

    public async Task InitializeAsync() => Pair = await RedisSentinelPair.StartNewAsync();

    public async Task DisposeAsync() => await Pair.DisposeAsync();
}
