using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;

namespace RfBroadcast.Benchmarks;

/// <summary>
/// One message, from the app's call until the last of N connections was given it. No socket: this is what the library adds. It
/// is published in lots of 100, each call awaited, as batches are part of how it works.
/// </summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the clean-up.")]
public class PublishBenchmarks
{
    private const int Lot = 100;

    private readonly SimpleEvent _event = new("tick", new { Price = 101.25, Symbol = "ACME", Volume = 1200 }, Channel.Public("news"));
    private MemoryBroadcaster _broadcaster = null!; // made by the setup
    private CountingConnection _last = null!;
    private long _published;

    [Params(1, 100, 1000, 10_000)]
    public int Subscribers { get; set; }

    [GlobalSetup]
    public async Task SetUp()
    {
        _broadcaster = new MemoryBroadcaster();
        _published = 0;
        for (var index = 0; index < Subscribers; index++)
        {
            _last = new CountingConnection($"1.{index}");
            _broadcaster.Hub.TryAdd(_last);
            await _broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = _last.Id, HasSocket = true, Channel = Channel.Public("news") });
        }
    }

    [GlobalCleanup]
    public void CleanUp() => _broadcaster.Dispose();

    [Benchmark(OperationsPerInvoke = Lot)]
    public async Task Publish()
    {
        _published += Lot;
        for (var index = 0; index < Lot; index++)
        {
            await _broadcaster.BroadcastAsync(_event);
        }

        while (_last.Frames < _published)
        {
            await Task.Yield();
        }
    }
}
