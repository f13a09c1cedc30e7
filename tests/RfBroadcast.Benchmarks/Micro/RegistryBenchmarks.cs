using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;

namespace RfBroadcast.Benchmarks;

/// <summary>A connection joins a channel that has N others, and leaves it.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the clean-up.")]
public class RegistryBenchmarks
{
    private readonly Channel _channel = Channel.Public("news");
    private MemoryBroadcaster _broadcaster = null!; // made by the setup
    private SubscribeRequest _join = null!;

    [Params(0, 1000, 10_000)]
    public int Others { get; set; }

    [GlobalSetup]
    public async Task SetUp()
    {
        _broadcaster = new MemoryBroadcaster();
        for (var index = 0; index <= Others; index++)
        {
            var connection = new CountingConnection($"1.{index}");
            _broadcaster.Hub.TryAdd(connection);
            _join = new SubscribeRequest { ConnectionId = connection.Id, HasSocket = true, Channel = _channel };
            if (index < Others)
            {
                await _broadcaster.SubscribeAsync(_join);
            }
        }
    }

    [GlobalCleanup]
    public void CleanUp() => _broadcaster.Dispose();

    [Benchmark]
    public async Task<bool> JoinAndLeave()
    {
        await _broadcaster.SubscribeAsync(_join);
        return await _broadcaster.UnsubscribeAsync(_join.ConnectionId, _channel);
    }
}
