namespace RfBroadcast.AspNetCore;

/// <summary>
/// One client's connection as the hub sees it, whatever its transport: what is sent goes through its queue, and closing and
/// the end of its token are settled here.
/// </summary>
internal abstract class ClientConnection : IConnection, IQueueOwner
{
    private readonly ConnectionLimits.Place? _place;
    private readonly WheelEntry? _expiry;
    private WheelEntry? _abort;
    private int _closeCode;
    private bool _isReleased;

    protected ClientConnection(
        EndpointServices services,
        string id,
        in Admission admission,
        NativeProtocol protocol,
        IFrameOutlet outlet,
        StreamPosition? position = null)
    {
        Services = services;
        Id = id;
        Identity = admission.Identity;
        _place = admission.Place;
        Protocol = protocol;
        Queue = new OutgoingQueue(outlet, protocol.Unshared, services.Options.QueueBytes, services.Metrics, this, position);
        if (Identity.ExpiresAt is { } expiry)
        {
            _expiry = services.Wheel.Schedule(expiry - services.Time.GetUtcNow(), () => Close(CloseCode.TokenExpired, "the token expired"));
        }
    }

    public string Id { get; }

    public HandshakeIdentity Identity { get; }

    public string? UserId => Identity.UserId;

    public NativeProtocol Protocol { get; }

    IWireProtocol IConnection.Protocol => Protocol;

    public OutgoingQueue Queue { get; }

    /// <summary>The code the server closed it with, or 0.</summary>
    public int CloseCodeSent => Volatile.Read(ref _closeCode);

    protected EndpointServices Services { get; }

    public object? Touches(int step) => step switch
    {
        0 => Queue,
        1 => Queue.Outlet,
        2 => Queue.Outlet.Target,
        _ => null,
    };

    public void Send(in BatchSlice frames) => Queue.Send(frames);

    public void SendControl(ReadOnlyMemory<byte> frame) => Queue.SendControl(frame);

    public void SendStart(SubscribedFrame start, ReadOnlyMemory<byte> announcement, Replay missed) =>
        Queue.SendStart(announcement, missed, start);

    public void Close(int code, string reason) => Close(code, reason, discardQueued: false);

    /// <summary>Ends the connection at once, whatever is queued.</summary>
    public void Abort() => Queue.Abort();

    /// <summary>Takes it off the wheel, and frees its place, when its request ends.</summary>
    public virtual void Release()
    {
        Interlocked.Exchange(ref _isReleased, true); // first: what is put on the wheel from now on takes itself off again
        _expiry?.Cancel();
        Volatile.Read(ref _abort)?.Cancel();
        _place?.Dispose();
    }

    /// <summary>Puts a callback on the wheel again, unless the connection has been released meanwhile.</summary>
    protected void Reschedule(WheelEntry entry, TimeSpan delay)
    {
        entry.Reschedule(delay);
        if (Volatile.Read(ref _isReleased))
        {
            entry.Cancel();
        }
    }

    /// <summary>The last the client is sent.</summary>
    protected abstract ReadOnlyMemory<byte> MakeClose(int code, string reason);

    private void Close(int code, string reason, bool discardQueued)
    {
        // The code first: what the client says from now on does not count.
        if (Interlocked.CompareExchange(ref _closeCode, code, 0) != 0 || !Queue.Close(MakeClose(code, reason), discardQueued))
        {
            return;
        }

        Log.ConnectionClosing(Services.Logger, Id, code, reason);

        // A client that does not read, or does not answer the close, is not waited for.
        var abort = Services.Wheel.Schedule(Services.Options.CloseTimeout, Abort);
        Interlocked.Exchange(ref _abort, abort);
        if (Volatile.Read(ref _isReleased))
        {
            abort.Cancel(); // the request has ended meanwhile, and its context may serve another
        }
    }

    void IQueueOwner.IsTooSlow() => Close(CloseCode.TooSlow, "too slow: the queue was full", discardQueued: true);
}
