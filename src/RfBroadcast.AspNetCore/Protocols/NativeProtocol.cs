using System.Buffers;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// The native wire protocol, version 1 (docs/protocol.md): what the server sends. The JSON is the same everywhere; each
/// transport has its framing, and so its instance, whose frames its connections share.
/// </summary>
internal sealed class NativeProtocol : IWireProtocol
{
    public const int Version = 1;

    public static readonly NativeProtocol WebSocket = new("native", WebSocketFrame.WriteText);

    public static readonly NativeProtocol EventStream = new("native event stream", EventStreamBlock.WriteData);

    private readonly Framing _framing;

    private NativeProtocol(string name, Framing framing, NativeProtocol? unshared = null)
    {
        Name = name;
        _framing = framing;
        Unshared = unshared ?? this;
        Reply = unshared?.Reply ?? new NativeReply(framing);
    }

    public string Name { get; }

    public IWireProtocol Unshared { get; }

    /// <summary>What answers one connection.</summary>
    public NativeReply Reply { get; }

    /// <summary>For WebSockets that negotiated compression: what many share is compressed.</summary>
    public static NativeProtocol Deflate(BroadcastCompressionOptions options) =>
        new("native deflate", new DeflateFraming(options).Write, WebSocket);

    public void WriteMessage(IBufferWriter<byte> output, BroadcastMessage message)
    {
        var json = FrameWriter.Start(_framing, "event"u8);
        json.WriteString("channel"u8, message.Channel.WireName);
        json.WriteString("event"u8, message.Event);
        json.WriteRaw("data"u8, message.Data.Span);
        if (message.UserId is not null)
        {
            json.WriteString("user_id"u8, message.UserId);
        }

        if (message.Offset > 0)
        {
            json.WriteNumber("offset"u8, message.Offset);
        }

        json.WriteTimestamp("timestamp"u8, message.Timestamp);
        json.End(output);
    }

    public void WriteEdge(IBufferWriter<byte> output, PresenceEdge edge)
    {
        var json = FrameWriter.Start(_framing, edge.IsJoin ? "member_joined"u8 : "member_left"u8);
        json.WriteString("channel"u8, edge.Channel.WireName);
        json.WritePropertyName("member"u8);
        if (edge.IsJoin)
        {
            json.WriteMember(edge.Member);
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("user_id"u8, edge.Member.UserId);
            json.WriteEndObject();
        }

        json.End(output);
    }

    public void WriteDirect(IBufferWriter<byte> output, DirectMessage message)
    {
        var json = FrameWriter.Start(_framing, "event"u8);
        json.WriteString("event"u8, message.Event);
        json.WriteRaw("data"u8, message.Data.Span);
        json.WriteTimestamp("timestamp"u8, message.Timestamp);
        json.End(output);
    }

    public void WriteSubscribed(IBufferWriter<byte> output, SubscribedFrame frame)
    {
        var json = FrameWriter.Start(_framing, "subscribed"u8, frame.RequestId);
        json.WriteString("channel"u8, frame.Channel.WireName);
        if (frame.Members is not null)
        {
            json.WritePropertyName("members"u8);
            json.WriteStartArray();
            foreach (var member in frame.Members)
            {
                json.WriteMember(member);
            }

            json.WriteEndArray();
        }

        if (frame.Position is { } position)
        {
            json.WriteString("epoch"u8, position.Epoch);
            json.WriteNumber("offset"u8, position.Offset);
        }

        if (frame.Recovered is { } recovered)
        {
            json.WriteBoolean("recovered"u8, recovered);
        }

        if (frame.Failure != RecoveryFailure.None)
        {
            json.WriteString("reason"u8, ReasonOf(frame.Failure));
        }

        json.End(output);
    }

    public void WriteUnsubscribed(IBufferWriter<byte> output, Channel channel, UnsubscribeReason reason)
    {
        var json = FrameWriter.Start(_framing, "unsubscribed"u8, reason.RequestId);
        json.WriteString("channel"u8, channel.WireName);
        if (reason.Code != 0)
        {
            json.WriteNumber("code"u8, reason.Code);
        }

        if (reason.Message is not null)
        {
            json.WriteString("message"u8, reason.Message);
        }

        json.End(output);
    }

    public void WriteGap(IBufferWriter<byte> output, Channel channel, int dropped)
    {
        var json = FrameWriter.Start(_framing, "gap"u8);
        json.WriteString("channel"u8, channel.WireName);
        json.WriteNumber("dropped"u8, dropped);
        json.End(output);
    }

    private static ReadOnlySpan<byte> ReasonOf(RecoveryFailure failure) => failure switch
    {
        RecoveryFailure.Expired => "expired"u8,
        RecoveryFailure.Epoch => "epoch"u8,
        RecoveryFailure.Limit => "limit"u8,
        _ => "no_history"u8,
    };
}
