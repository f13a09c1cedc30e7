using StackExchange.Redis;

namespace RfBroadcast.Benchmarks;

/// <summary>What StackExchange.Redis alone can do: nobody is served, only published to.</summary>
internal sealed class RedisClientServer(string redis) : IBenchmarkServer
{
    private readonly ISubscriber _subscriber = ConnectionMultiplexer.Connect(redis).GetSubscriber(); // until the process ends

    public Task<int> StartAsync() => Task.FromResult(0);

    public IPublishedChannel Channel(string name) => new PublishedChannel(_subscriber, new RedisChannel(name, RedisChannel.PatternMode.Literal));

    private sealed class PublishedChannel(ISubscriber subscriber, RedisChannel channel) : IPublishedChannel
    {
        public async ValueTask PublishAsync(long number, byte[] padding) => await BeginAsync(number, padding);

        public Task BeginAsync(long number, byte[] padding)
        {
            var payload = new Payload(number, padding);
            var bytes = new byte[payload.Length];
            payload.Write(bytes);
            return subscriber.PublishAsync(channel, bytes);
        }
    }
}
