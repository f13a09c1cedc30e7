namespace RfBroadcast.AspNetCore;

/// <summary>One client's WebSocket, and its heartbeat. Reading is an <see cref="IClientReader"/>'s.</summary>
internal sealed class WebSocketConnection : ClientConnection
{
    private readonly IFrameOutlet _outlet;
    private readonly WheelEntry _heartbeat;
    private long _lastHeard;
    private long? _idleSince; // null while it had a subscription when looked at; touched only by the wheel

    public WebSocketConnection(EndpointServices services, IFrameOutlet outlet, in Admission admission, NativeProtocol protocol)
        : base(services, ConnectionIds.Next(), admission, protocol, outlet)
    {
        _outlet = outlet;
        _lastHeard = services.Time.GetTimestamp();
        _idleSince = _lastHeard;
        _heartbeat = services.Wheel.Schedule(services.Options.PingInterval, static connection => ((WebSocketConnection)connection!).Beat(), this);
    }

    /// <summary>The way out.</summary>
    public IFrameOutlet Outlet => _outlet;

    /// <summary>Notes that the client lives: anything that comes from it counts.</summary>
    public void Heard() => Volatile.Write(ref _lastHeard, Services.Time.GetTimestamp());

    /// <summary>The client has sent a pong.</summary>
    public void Ponged(ReadOnlySpan<byte> payload) => (_outlet as SocketOutlet)?.Ponged(payload);

    public override void Release()
    {
        base.Release();
        _heartbeat.Cancel();
    }

    protected override ReadOnlyMemory<byte> MakeClose(int code, string reason) => WebSocketFrame.MakeClose(code, reason);

    /// <summary>Looks after the connection: at the latest once a ping interval.</summary>
    private void Beat()
    {
        if (CloseCodeSent != 0)
        {
            return;
        }

        var interval = Services.Options.PingInterval;
        if (IsIdleForTooLong())
        {
            Close(CloseCode.Normal, "subscribed to nothing");
            return;
        }

        var silence = Services.Time.GetElapsedTime(Volatile.Read(ref _lastHeard));
        if (!_outlet.SendsPings || silence < interval)
        {
            // Without pings nothing would be answered, so silence says nothing.
            Reschedule(_heartbeat, _outlet.SendsPings ? interval - silence : interval);
            return;
        }

        if (silence >= interval * 2)
        {
            Close(CloseCode.NoPong, "no pong in time");
            return;
        }

        Queue.SendControl(WebSocketFrame.EmptyPing);
        Reschedule(_heartbeat, (interval * 2) - silence);
    }

    private bool IsIdleForTooLong()
    {
        if (Services.Options.IdleTimeout == TimeSpan.Zero)
        {
            return false;
        }

        if (Services.Hub.CountSubscriptions(Id) > 0)
        {
            _idleSince = null;
            return false;
        }

        _idleSince ??= Services.Time.GetTimestamp(); // it may have ended its last subscription just now
        return Services.Time.GetElapsedTime(_idleSince.Value) >= Services.Options.IdleTimeout;
    }
}
