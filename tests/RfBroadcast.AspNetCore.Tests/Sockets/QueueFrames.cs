using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace RfBroadcast.AspNetCore.Tests.Sockets;

/// <summary>Frames to put into a queue. Each is named by its text: <c>price 1</c> is an event "price", <c>+7</c> a member that joined.</summary>
internal static class QueueFrames
{
    /// <summary>What every frame counts in the queue, header included.</summary>
    public const int Size = 1000;

    public static ReadOnlyMemory<byte> Control(string text, int size = Size)
    {
        var output = new ArrayBufferWriter<byte>();
        var header = size > 65_539 ? 10 : 4; // of a frame of 126 bytes or more
        WebSocketFrame.WriteText(output, Encoding.UTF8.GetBytes(text.PadRight(size - header)));
        return output.WrittenMemory;
    }

    public static BatchSlice Slice(string channel, OverflowPolicy overflow, params string[] frames)
    {
        var output = new ArrayBufferWriter<byte>();
        var index = new List<FrameEntry>();
        foreach (var frame in frames)
        {
            index.Add(new FrameEntry(output.WrittenCount, Order: 0, frame[0] is '+' or '-' ? null : frame.Split(' ')[0], Except: null));
            output.Write(Control(frame).Span);
        }

        return new BatchSlice(new Batch(Channel.Parse(channel), overflow, output.WrittenSpan.ToArray(), [.. index]), 0, index.Count);
    }

    public static SubscribedFrame Started(string channel) =>
        new(Channel.Parse(channel), RequestId: null, Members: null, Position: null, Recovered: null, RecoveryFailure.None);

    public static string Gap(string channel, int dropped) => $$"""{"type":"gap","channel":"{{channel}}","dropped":{{dropped}}}""";

    /// <summary>What a subscriber missed: one message a frame.</summary>
    public static Replay Missed(string channel, params string[] frames)
    {
        var (wire, options) = (Channel.Parse(channel), new BroadcastOptions());
        var hub = new LocalHub(Options.Create(options));
        var messages = frames.Select(frame => new BroadcastMessage { Channel = wire, Event = frame, Data = default, Timestamp = default });
        return new Replay(new HubChannel(hub, wire, options, NullLogger.Instance), new NamedFrames(), [.. messages]);
    }

    /// <summary>Writes a message as the frame that its event names.</summary>
    private sealed class NamedFrames : IWireProtocol
    {
        public string Name => "named";

        public void WriteMessage(IBufferWriter<byte> output, BroadcastMessage message) => output.Write(Control(message.Event).Span);

        public void WriteEdge(IBufferWriter<byte> output, PresenceEdge edge) => throw new NotSupportedException();

        public void WriteDirect(IBufferWriter<byte> output, DirectMessage message) => throw new NotSupportedException();

        public void WriteSubscribed(IBufferWriter<byte> output, SubscribedFrame frame) => throw new NotSupportedException();

        public void WriteUnsubscribed(IBufferWriter<byte> output, Channel channel, UnsubscribeReason reason) => throw new NotSupportedException();

        public void WriteGap(IBufferWriter<byte> output, Channel channel, int dropped) => throw new NotSupportedException();
    }
}
