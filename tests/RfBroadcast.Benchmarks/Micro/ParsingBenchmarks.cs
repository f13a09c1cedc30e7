using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using RfBroadcast.AspNetCore;

namespace RfBroadcast.Benchmarks;

/// <summary>What a client sends, read.</summary>
[MemoryDiagnoser]
[SuppressMessage("Performance", "CA1822", Justification = "BenchmarkDotNet takes instance methods only.")]
public class ParsingBenchmarks
{
    private static readonly byte[] SubscribeText =
        """{"type":"subscribe","channel":"orders","since":{"epoch":"q8Zr1kPf","offset":41,"connection_id":"1834.22911"},"id":1}"""u8.ToArray();

    private static readonly byte[] EventText = """{"type":"event","channel":"presence-chat.1","event":"client-typing","data":{"on":true}}"""u8.ToArray();
    private static readonly byte[] PingText = """{"type":"ping"}"""u8.ToArray();

    [Benchmark]
    public object Subscribe() => ClientCommandParser.Parse(SubscribeText);

    [Benchmark]
    public object ClientEvent() => ClientCommandParser.Parse(EventText);

    [Benchmark]
    public object Ping() => ClientCommandParser.Parse(PingText);
}
