namespace RfBroadcast.Benchmarks;

/// <summary>A connection that sends nothing and counts what it is given.</summary>
internal sealed class CountingConnection(string id, string? userId = null) : IConnection
{
    private long _frames;

    public string Id => id;

    public string? UserId => userId;

    public IWireProtocol Protocol => AspNetCore.NativeProtocol.WebSocket;

    /// <summary>How many frames it was sent.</summary>
    public long Frames => Volatile.Read(ref _frames);

    public void Send(in BatchSlice frames) => Volatile.Write(ref _frames, _frames + frames.Count);

    public void SendControl(ReadOnlyMemory<byte> frame)
    {
    }

    public void Close(int code, string reason)
    {
    }
}
