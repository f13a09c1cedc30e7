using System.Buffers;
using BenchmarkDotNet.Attributes;
using RfBroadcast.AspNetCore;

namespace RfBroadcast.Benchmarks;

/// <summary>One message written as one WebSocket frame: done once a message, whoever listens.</summary>
[MemoryDiagnoser]
public class FrameWritingBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private BroadcastMessage _message = null!; // made by the setup

    [Params(128, 8192)]
    public int DataBytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var data = new byte[DataBytes];
        new Payload(1, Payload.PaddingOf(DataBytes)).Write(data);
        _message = new BroadcastMessage { Channel = Channel.Private("orders.7"), Event = "shipped", Data = data, Timestamp = DateTimeOffset.UnixEpoch, Offset = 42 };
    }

    [Benchmark]
    public int Write()
    {
        _output.ResetWrittenCount();
        NativeProtocol.WebSocket.WriteMessage(_output, _message);
        return _output.WrittenCount;
    }
}
