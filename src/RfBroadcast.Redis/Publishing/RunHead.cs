using System.Buffers.Binary;

namespace RfBroadcast.Redis;

/// <summary>
/// What <c>publish.lua</c> is told of each run: number of items 1 | number of idempotency keys 1 | flags 1 | size of the history 8 | lifetime of the
/// channel's meta 8, in ms | age of the history 8, in ms | seen epoch 8 | seen order 8.
/// </summary>
internal readonly record struct RunHead(int Count, int KeyCount, bool IsServerNew, ChannelSettings Settings, TimeSpan Lifetime, ChannelPlace Seen)
{
    public const int Length = 1 + 1 + 1 + 8 + 8 + 8 + ScriptHead.SeenLength;

    private const byte SomethingWasSeen = 2;

    // A history lives a little longer than its messages are kept, because that is renewed only now and then.
    private const int ExtraAge = 2000;

    public void Write(Span<byte> output)
    {
        var isSeen = !string.IsNullOrEmpty(Seen.SeenEpoch);
        output[0] = (byte)Count;
        output[1] = (byte)KeyCount;
        output[2] = (byte)((IsServerNew ? ScriptHead.ServerIsNew : 0) | (isSeen ? SomethingWasSeen : 0));
        BinaryPrimitives.WriteInt64BigEndian(output[3..], Settings.HistorySize);
        BinaryPrimitives.WriteInt64BigEndian(output[11..], (long)Lifetime.TotalMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(output[19..], (long)Settings.HistoryAge.TotalMilliseconds + ExtraAge);
        ScriptHead.WriteSeen(output[27..], Seen);
    }
}
