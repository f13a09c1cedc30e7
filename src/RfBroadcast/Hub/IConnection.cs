namespace RfBroadcast;

/// <summary>
/// One client's socket as the hub sees it. The hub calls it from the pumps of several channels at once; no call may block or
/// throw; one that throws is closed with 1011 and sent nothing any more. Frames leave in the order of the calls.
/// </summary>
public interface IConnection
{
    /// <summary>The id that names the connection to the app and to other clients; unique among all nodes.</summary>
    string Id { get; }

    /// <summary>The user the connection was authenticated as, or null.</summary>
    string? UserId { get; }

    /// <summary>How frames are written for it.</summary>
    IWireProtocol Protocol { get; }

    /// <summary>Sends frames of a channel: writes them now when idle, else queues them in bounds.</summary>
    void Send(in BatchSlice frames);

    /// <summary>
    /// An object that <see cref="Send"/> touches after the connection itself: 0, 1 and 2, each found through the one before; null where there is none,
    /// which is the default. While frames go to many connections the hub has these fetched from memory some connections ahead.
    /// </summary>
    /// <param name="step">Which of them.</param>
    object? Touches(int step) => null;

    /// <summary>Sends one frame that is never dropped.</summary>
    void SendControl(ReadOnlyMemory<byte> frame);

    /// <summary>
    /// Sends the start of a subscription (to a client that asks again: that it stands): the control frame that announces it and
    /// what was missed, so that no other frame comes between. (A client that pings after the announcement knows by the pong
    /// that it has all it missed.)
    /// </summary>
    /// <param name="start">What the announcement says, for a connection that follows its client's positions.</param>
    /// <param name="announcement">The same as a frame.</param>
    /// <param name="missed">What was missed, up to the start's position; mostly nothing.</param>
    void SendStart(SubscribedFrame start, ReadOnlyMemory<byte> announcement, Replay missed)
    {
        ArgumentNullException.ThrowIfNull(missed);
        SendControl(announcement);
        while (missed.TryNext(out var piece))
        {
            Send(piece);
        }
    }

    /// <summary>Starts to close the connection, after what is queued. Later calls do nothing.</summary>
    /// <param name="code">The WebSocket close code.</param>
    /// <param name="reason">A text for people, at most 123 bytes of UTF-8.</param>
    void Close(int code, string reason);
}
