namespace RfBroadcast.AspNetCore;

/// <summary>
/// One client's WebSocket as the hub sees it: what is sent goes through its queue, and closing, the heartbeat and the end of
/// its token are settled here. Reading is <see cref="WebSocketReader"/>'s.
/// </summary>
internal sealed class WebSocketConnection : IConnection
{
    private readonly EndpointServices _services;
    private readonly IFrameOutlet _outlet;
    private readonly OutgoingQueue _queue;
    private readonly WheelEntry _heartbeat;
    private readonly WheelEntry? _expiry;
    private WheelEntry? _abort;
    private long _lastHeard;
    private long _idleSince; // touched only by the wheel
    private int _closeCode;
    private bool _isReleased;

    public WebSocketConnection(EndpointServices services, IFrameOutlet outlet, HandshakeIdentity identity)
    {
        _services = services;
        _outlet = outlet;
        Id = ConnectionIds.Next();
        Identity = identity;
        _queue = new OutgoingQueue(outlet, Protocol, services.Options.QueueBytes, services.Metrics, CloseTooSlow);
        _lastHeard = _idleSince = services.Time.GetTimestamp();
        _heartbeat = services.Wheel.Schedule(services.Options.PingInterval, Beat);
        if (identity.ExpiresAt is { } expiry)
        {
            _expiry = services.Wheel.Schedule(expiry - services.Time.GetUtcNow(), () => Close(CloseCode.TokenExpired, "the token expired"));
        }
    }

    public string Id { get; }

    public HandshakeIdentity Identity { get; }

    public string? UserId => Identity.UserId;

    public IWireProtocol Protocol => NativeProtocol.Instance;

    public OutgoingQueue Queue => _queue;

    /// <summary>The code the server closed it with, or 0.</summary>
    public int CloseCodeSent => Volatile.Read(ref _closeCode);

    public void Send(in BatchSlice frames) => _queue.Send(frames);

    public void SendControl(ReadOnlyMemory<byte> frame) => _queue.SendControl(frame);

    public void SendStart(ReadOnlyMemory<byte> announcement, IReadOnlyList<BatchSlice> missed) => _queue.SendTogether(announcement, missed);

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => _queue.WaitForRoomAsync(cancellationToken);

    public void Close(int code, string reason) => Close(code, reason, discardQueued: false);

    /// <summary>Notes that the client lives: anything that comes from it counts.</summary>
    public void Heard() => Volatile.Write(ref _lastHeard, _services.Time.GetTimestamp());

    /// <summary>Ends the connection at once, whatever is queued.</summary>
    public void Abort() => _queue.Abort();

    /// <summary>Takes it off the wheel, when its request ends.</summary>
    public void Release()
    {
        _heartbeat.Cancel();
        _expiry?.Cancel();
        Interlocked.Exchange(ref _isReleased, true);
        Volatile.Read(ref _abort)?.Cancel();
    }

    private void Close(int code, string reason, bool discardQueued)
    {
        // The code first: what the client says from now on does not count.
        if (Interlocked.CompareExchange(ref _closeCode, code, 0) != 0 || !_queue.Close(WebSocketFrame.MakeClose(code, reason), discardQueued))
        {
            return;
        }

        Log.ConnectionClosing(_services.Logger, Id, code, reason);

        // A client that does not read, or does not answer the close, is not waited for.
        var abort = _services.Wheel.Schedule(_services.Options.CloseTimeout, Abort);
        Interlocked.Exchange(ref _abort, abort);
        if (Volatile.Read(ref _isReleased))
        {
            abort.Cancel(); // the request has ended meanwhile, and its context may serve another
        }
    }

    private void CloseTooSlow() => Close(CloseCode.TooSlow, "too slow: the queue was full", discardQueued: true);

    /// <summary>Looks after the connection: at the latest once a ping interval.</summary>
    private void Beat()
    {
        if (CloseCodeSent != 0)
        {
            return;
        }

        var interval = _services.Options.PingInterval;
        if (IsIdleForTooLong())
        {
            Close(CloseCode.Normal, "subscribed to nothing");
            return;
        }

        var silence = _services.Time.GetElapsedTime(Volatile.Read(ref _lastHeard));
        if (!_outlet.SendsPings || silence < interval)
        {
            // Without pings nothing would be answered, so silence says nothing.
            _heartbeat.Reschedule(_outlet.SendsPings ? interval - silence : interval);
            return;
        }

        if (silence >= interval * 2)
        {
            Close(CloseCode.NoPong, "no pong in time");
            return;
        }

        _queue.SendControl(WebSocketFrame.EmptyPing);
        _heartbeat.Reschedule((interval * 2) - silence);
    }

    private bool IsIdleForTooLong()
    {
        if (_services.Options.IdleTimeout == TimeSpan.Zero)
        {
            return false;
        }

        if (_services.Hub.CountSubscriptions(Id) > 0)
        {
            _idleSince = _services.Time.GetTimestamp();
        }

        return _services.Time.GetElapsedTime(_idleSince) >= _services.Options.IdleTimeout;
    }
}
