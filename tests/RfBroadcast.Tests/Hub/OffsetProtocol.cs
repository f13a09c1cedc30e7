using System.Buffers;
using System.Buffers.Binary;

namespace RfBroadcast.Tests;

/// <summary>A wire protocol that costs next to nothing: a kind, the channel's number (the last letter of its name) and an offset.</summary>
internal sealed class OffsetProtocol : IWireProtocol
{
    public const int FrameLength = 10;

    public static OffsetProtocol Shared { get; } = new();

    public string Name => "offsets";

    public static (char Kind, int Channel, long Offset) Decode(ReadOnlySpan<byte> frame) =>
        ((char)frame[0], frame[1] - '0', BinaryPrimitives.ReadInt64LittleEndian(frame[2..]));

    public void WriteMessage(IBufferWriter<byte> output, BroadcastMessage message) => Write(output, 'e', message.Channel, message.Offset);

    public void WriteSubscribed(IBufferWriter<byte> output, SubscribedFrame frame) => Write(output, 's', frame.Channel, frame.Position?.Offset ?? -1);

    public void WriteUnsubscribed(IBufferWriter<byte> output, Channel channel, UnsubscribeReason reason) => Write(output, 'u', channel, 0);

    public void WriteEdge(IBufferWriter<byte> output, PresenceEdge edge) => Write(output, 'p', edge.Channel, edge.Revision);

    public void WriteDirect(IBufferWriter<byte> output, DirectMessage message) => throw new NotSupportedException();

    public void WriteGap(IBufferWriter<byte> output, Channel channel, int dropped) => throw new NotSupportedException();

    private static void Write(IBufferWriter<byte> output, char kind, Channel channel, long offset)
    {
        var frame = output.GetSpan(FrameLength);
        (frame[0], frame[1]) = ((byte)kind, (byte)channel.WireName[^1]);
        BinaryPrimitives.WriteInt64LittleEndian(frame[2..], offset);
        output.Advance(FrameLength);
    }
}
