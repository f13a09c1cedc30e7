using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RfBroadcast.Tests.Support;

/// <summary>A wire protocol for tests: one line of JSON a frame. It counts how often it encodes a message.</summary>
internal sealed class LineProtocol(string name = "line") : IWireProtocol
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    private int _messages;

    /// <summary>The protocol most tests share.</summary>
    public static LineProtocol Shared { get; } = new();

    public string Name => name;

    public int MessagesEncoded => Volatile.Read(ref _messages);

    /// <summary>The event of this name cannot be encoded.</summary>
    public string? Unencodable { get; init; }

    /// <summary>A subscribed frame cannot be encoded.</summary>
    public bool FailsOnSubscribed { get; init; }

    public static Frame Decode(ReadOnlySpan<byte> line) => JsonSerializer.Deserialize<Frame>(line, Json)!;

    public void WriteMessage(IBufferWriter<byte> output, BroadcastMessage message)
    {
        Interlocked.Increment(ref _messages);
        output.Write("garbage that a failing protocol leaves behind"u8[..(message.Event == Unencodable ? 10 : 0)]);
        if (message.Event == Unencodable)
        {
            throw new InvalidOperationException("cannot be encoded");
        }

        Write(output, new Frame
        {
            Kind = "event",
            Channel = message.Channel.WireName,
            Event = message.Event,
            Data = Encoding.UTF8.GetString(message.Data.Span),
            UserId = message.UserId,
            Offset = message.Offset,
        });
    }

    public void WriteEdge(IBufferWriter<byte> output, PresenceEdge edge) =>
        Write(output, new Frame
        {
            Kind = edge.IsJoin ? "joined" : "left",
            Channel = edge.Channel.WireName,
            Member = edge.Member.UserId,
            Data = edge.Member.UserInfo?.GetRawText(),
        });

    public void WriteDirect(IBufferWriter<byte> output, DirectMessage message) =>
        Write(output, new Frame { Kind = "direct", Event = message.Event, Data = Encoding.UTF8.GetString(message.Data.Span) });

    public void WriteSubscribed(IBufferWriter<byte> output, SubscribedFrame frame)
    {
        if (FailsOnSubscribed)
        {
            throw new InvalidOperationException("cannot be encoded");
        }

        Write(output, new Frame
        {
            Kind = "subscribed",
            Channel = frame.Channel.WireName,
            RequestId = frame.RequestId,
            Members = frame.Members is null ? null : [.. frame.Members.Select(member => member.UserId)],
            Epoch = frame.Position?.Epoch,
            Offset = frame.Position?.Offset ?? 0,
            Recovered = frame.Recovered,
            Failure = frame.Failure,
        });
    }

    public void WriteUnsubscribed(IBufferWriter<byte> output, Channel channel, UnsubscribeReason reason) =>
        Write(output, new Frame { Kind = "unsubscribed", Channel = channel.WireName, Code = reason.Code, RequestId = reason.RequestId });

    public void WriteGap(IBufferWriter<byte> output, Channel channel, int dropped) =>
        Write(output, new Frame { Kind = "gap", Channel = channel.WireName, Dropped = dropped });

    private static void Write(IBufferWriter<byte> output, Frame frame)
    {
        output.Write(JsonSerializer.SerializeToUtf8Bytes(frame, Json));
        output.Write("\n"u8);
    }
}
