using System.Buffers;
using System.Text;
using System.Text.Json;

namespace RfBroadcast.Testing;

/// <summary>A wire protocol whose frames are read again as <see cref="SeenFrame"/>.</summary>
internal sealed class CaseProtocol : IWireProtocol
{
    /// <summary>The one that all connections share.</summary>
    public static CaseProtocol Shared { get; } = new();

    public string Name => "suite";

    public static SeenFrame Read(ReadOnlySpan<byte> frame) =>
        JsonSerializer.Deserialize(frame, SeenFrameJson.Default.SeenFrame) ?? throw new JsonException("A frame is null.");

    public void WriteMessage(IBufferWriter<byte> output, BroadcastMessage message) => Write(output, new SeenFrame
    {
        Kind = "event",
        Channel = message.Channel.WireName,
        Event = message.Event,
        Data = Encoding.UTF8.GetString(message.Data.Span),
        Timestamp = message.Timestamp,
        UserId = message.UserId,
        Offset = message.Offset,
    });

    public void WriteEdge(IBufferWriter<byte> output, PresenceEdge edge) => Write(output, new SeenFrame
    {
        Kind = edge.IsJoin ? "joined" : "left",
        Channel = edge.Channel.WireName,
        UserId = edge.Member.UserId,
        Data = edge.Member.UserInfo?.GetRawText(),
        Timestamp = edge.Member.JoinedAt,
    });

    public void WriteDirect(IBufferWriter<byte> output, DirectMessage message) => Write(output, new SeenFrame
    {
        Kind = "direct",
        Event = message.Event,
        Data = Encoding.UTF8.GetString(message.Data.Span),
        Timestamp = message.Timestamp,
    });

    public void WriteSubscribed(IBufferWriter<byte> output, SubscribedFrame frame) => Write(output, new SeenFrame
    {
        Kind = "subscribed",
        Channel = frame.Channel.WireName,
        RequestId = frame.RequestId,
        Members = frame.Members?.Select(member => member.UserId).ToArray(),
        MembersInfo = frame.Members?.Select(member => member.UserInfo?.GetRawText()).ToArray(),
        Epoch = frame.Position?.Epoch,
        Offset = frame.Position?.Offset ?? 0,
        Recovered = frame.Recovered,
        Failure = frame.Failure,
    });

    public void WriteUnsubscribed(IBufferWriter<byte> output, Channel channel, UnsubscribeReason reason) => Write(output, new SeenFrame
    {
        Kind = "unsubscribed",
        Channel = channel.WireName,
        Code = reason.Code,
        RequestId = reason.RequestId,
    });

    public void WriteGap(IBufferWriter<byte> output, Channel channel, int dropped) =>
        Write(output, new SeenFrame { Kind = "gap", Channel = channel.WireName });

    private static void Write(IBufferWriter<byte> output, SeenFrame frame) =>
        output.Write(JsonSerializer.SerializeToUtf8Bytes(frame, SeenFrameJson.Default.SeenFrame));
}
