using System.Runtime.InteropServices;

namespace RfBroadcast;

/// <summary>Encodes messages and edges into batches for one wire protocol. One per thread, reused; not thread-safe.</summary>
internal sealed class BatchBuilder
{
    [ThreadStatic]
    private static BatchBuilder? _ofThread;

    private readonly FrameBuffer _bytes = new();
    private readonly List<FrameEntry> _frames = [];

    public static BatchBuilder OfThread => _ofThread ??= new BatchBuilder();

    public int Count => _frames.Count;

    public int Length => _bytes.Length;

    /// <summary>Encodes one item. On a fault nothing of it stays.</summary>
    public void Add(IWireProtocol protocol, object item)
    {
        var start = _bytes.Length;
        try
        {
            _frames.Add(Encode(protocol, item, start));
        }
        catch
        {
            _bytes.Truncate(start);
            throw;
        }
    }

    /// <summary>Makes a batch of all that was added, but for a last frame that would make it too long, which stays.</summary>
    public Batch Build(Channel channel, OverflowPolicy overflow)
    {
        var keepsLast = _frames.Count > 1 && _bytes.Length > Batch.MaxBytes;
        var count = keepsLast ? _frames.Count - 1 : _frames.Count;
        var length = keepsLast ? _frames[count].Start : _bytes.Length;
        var frames = CollectionsMarshal.AsSpan(_frames)[..count].ToArray();
        var batch = new Batch(channel, overflow, _bytes.Written[..length].ToArray(), frames);
        if (keepsLast)
        {
            var entry = _frames[count] with { Start = 0 };
            _bytes.RemoveFirst(length);
            _frames.Clear();
            _frames.Add(entry);
        }
        else
        {
            Clear();
        }

        return batch;
    }

    public void Clear()
    {
        _bytes.Truncate(0);
        _frames.Clear();
    }

    private FrameEntry Encode(IWireProtocol protocol, object item, int start)
    {
        if (item is BroadcastMessage message)
        {
            protocol.WriteMessage(_bytes, message);
            return new FrameEntry(start, message.Offset, message.Event, message.Except);
        }

        var edge = (PresenceEdge)item;
        protocol.WriteEdge(_bytes, edge);
        return new FrameEntry(start, edge.Revision, null, edge.Except);
    }
}
