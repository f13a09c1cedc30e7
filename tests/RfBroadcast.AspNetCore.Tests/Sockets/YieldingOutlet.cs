using System.Buffers;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>A way out whose writes complete sometimes at once and sometimes later, and that notices two at a time.</summary>
internal sealed class YieldingOutlet : IFrameOutlet
{
    private readonly ArrayBufferWriter<byte> _written = new();
    private int _writing;
    private int _count;

    public bool SendsPings => true;

    public bool Overlapped { get; private set; }

    public IReadOnlyList<string> Frames
    {
        get
        {
            var frames = new List<string>();
            ReadOnlyMemory<byte> rest = _written.WrittenMemory;
            while (!rest.IsEmpty)
            {
                var (opcode, payload) = WebSocketFrame.Next(ref rest);
                frames.Add(opcode == WebSocketFrame.Close ? $"close {(payload.Span[0] << 8) | payload.Span[1]}" : Encoding.UTF8.GetString(payload.Span).TrimEnd());
            }

            return frames;
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frames)
    {
        Overlapped |= Interlocked.Increment(ref _writing) != 1;
        if (++_count % 3 == 0)
        {
            await Task.Yield();
        }

        _written.Write(frames.Span);
        Interlocked.Decrement(ref _writing);
    }

    public void Abort()
    {
    }
}
