using System.Buffers;

namespace RfBroadcast;

/// <summary>
/// How what the hub sends becomes bytes for a client. Each call writes one complete frame, framing included, exactly as the
/// transport takes it, so that one frame's bytes serve every connection that speaks the protocol.
/// </summary>
/// <remarks>Implementations are stateless and thread-safe; two connections share frames when they share the instance.</remarks>
public interface IWireProtocol
{
    /// <summary>A short name for logs and figures.</summary>
    string Name { get; }

    /// <summary>
    /// The protocol for what only one connection is sent: answers, and what it missed. The same, unless its frames cost work
    /// that pays only when many share them, such as compression.
    /// </summary>
    IWireProtocol Unshared => this;

    /// <summary>Writes an event on a channel.</summary>
    void WriteMessage(IBufferWriter<byte> output, BroadcastMessage message);

    /// <summary>Writes that a member joined or left.</summary>
    void WriteEdge(IBufferWriter<byte> output, PresenceEdge edge);

    /// <summary>Writes an event for one connection, on no channel.</summary>
    void WriteDirect(IBufferWriter<byte> output, DirectMessage message);

    /// <summary>Writes that a subscription is in effect.</summary>
    void WriteSubscribed(IBufferWriter<byte> output, SubscribedFrame frame);

    /// <summary>Writes that a subscription has ended.</summary>
    void WriteUnsubscribed(IBufferWriter<byte> output, Channel channel, UnsubscribeReason reason);

    /// <summary>Writes that this connection was too slow and frames of a channel were dropped.</summary>
    void WriteGap(IBufferWriter<byte> output, Channel channel, int dropped);
}
