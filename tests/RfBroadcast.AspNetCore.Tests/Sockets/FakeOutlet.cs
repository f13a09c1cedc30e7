using System.Text;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>A way out that keeps what it is given. A test blocks it, lets single writes go, or makes it fail.</summary>
internal sealed class FakeOutlet : IFrameOutlet
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly List<ReadOnlyMemory<byte>> _writes = [];
    private readonly List<byte[]> _copies = [];
    private bool _isBlocked;

    public bool SendsPings => true;

    /// <summary>Thrown by the next writes.</summary>
    public Exception? Fault { get; set; }

    public int Aborts { get; private set; }

    /// <summary>The memory of each write, as it was handed over.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Writes
    {
        get
        {
            lock (_gate)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>The text of every frame written, without its padding; a close frame is <c>close CODE</c>.</summary>
    public IReadOnlyList<string> Frames
    {
        get
        {
            byte[] all;
            lock (_gate)
            {
                all = [.. _copies.SelectMany(bytes => bytes)];
            }

            var frames = new List<string>();
            ReadOnlyMemory<byte> rest = all;
            while (!rest.IsEmpty)
            {
                var (opcode, payload) = WebSocketFrame.Next(ref rest);
                frames.Add(opcode == WebSocketFrame.Close
                    ? $"close {(payload.Span[0] << 8) | payload.Span[1]}"
                    : Encoding.UTF8.GetString(payload.Span).TrimEnd());
            }

            return frames;
        }
    }

    /// <summary>Makes every write wait from now on.</summary>
    public void Block()
    {
        lock (_gate)
        {
            _isBlocked = true;
        }
    }

    /// <summary>Lets the write that waits complete; the next one waits again.</summary>
    public void ReleaseOne()
    {
        lock (_gate)
        {
            _waiting.Dequeue().SetResult();
        }
    }

    public void Unblock()
    {
        lock (_gate)
        {
            _isBlocked = false;
            while (_waiting.TryDequeue(out var waiting))
            {
                waiting.SetResult();
            }
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> frames)
    {
        lock (_gate)
        {
            if (Fault is not null)
            {
                throw Fault;
            }

            _writes.Add(frames);
            _copies.Add(frames.ToArray());
            if (!_isBlocked)
            {
                return default;
            }

            var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiting);
            return new ValueTask(waiting.Task);
        }
    }

    public void Abort()
    {
        lock (_gate)
        {
            Aborts++;
            Fault ??= new IOException("aborted");
            while (_waiting.TryDequeue(out var waiting))
            {
                waiting.TrySetException(Fault);
            }
        }
    }
}
