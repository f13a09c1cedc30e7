namespace RfBroadcast.AspNetCore;

/// <summary>One client's stream of server-sent events, and its heartbeat.</summary>
internal sealed class EventStreamConnection : ClientConnection
{
    private readonly EventStreamOutlet _outlet;
    private readonly WheelEntry _heartbeat;

    public EventStreamConnection(EndpointServices services, string id, in Admission admission, EventStreamOutlet outlet, StreamPosition position)
        : base(services, id, admission, NativeProtocol.EventStream, outlet, position)
    {
        _outlet = outlet;
        _heartbeat = services.Wheel.Schedule(services.Options.PingInterval, static connection => ((EventStreamConnection)connection!).Beat(), this);
    }

    public override void Release()
    {
        base.Release();
        _heartbeat.Cancel();
    }

    protected override ReadOnlyMemory<byte> MakeClose(int code, string reason) => EventStreamBlock.MakeClose(code, reason);

    /// <summary>Breaks the silence, so that the client and the proxies between know that the stream lives.</summary>
    private void Beat()
    {
        if (CloseCodeSent != 0)
        {
            return;
        }

        var interval = Services.Options.PingInterval;
        var silence = _outlet.Silence;
        if (silence >= interval * 2 && _outlet.IsWriting)
        {
            Close(CloseCode.NoPong, "nothing was taken in time");
            return;
        }

        if (silence >= interval)
        {
            Queue.SendControl(EventStreamBlock.Comment);
            silence = TimeSpan.Zero;
        }

        Reschedule(_heartbeat, interval - silence);
    }
}
