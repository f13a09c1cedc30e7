using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// What <c>publish.lua</c> remembers of a message with an idempotency key: its epoch and offset, if it was kept, a space, and how many subscribers
/// its publisher's node had.
/// </summary>
internal static class EarlierReceipt
{
    private const int TopsLength = 3;

    /// <summary>The receipts of messages that were published before, by their number in the batch; null when there are none.</summary>
    public static Dictionary<int, ChannelReceipt>? Read(Channel channel, RedisResult[] reply)
    {
        if (reply.Length == TopsLength)
        {
            return null;
        }

        var earlier = new Dictionary<int, ChannelReceipt>();
        for (var i = TopsLength; i + 1 < reply.Length; i += 2)
        {
            earlier[(int)reply[i]] = Read(channel, (string)reply[i + 1]!); // what the script stored
        }

        return earlier;
    }

    private static ChannelReceipt Read(Channel channel, string stored)
    {
        var space = stored.IndexOf(' ', StringComparison.Ordinal);
        ChannelPosition? position = space <= Envelope.EpochLength
            ? null
            : new ChannelPosition(
                stored[..Envelope.EpochLength],
                long.Parse(stored.AsSpan(Envelope.EpochLength, space - Envelope.EpochLength), NumberStyles.None, CultureInfo.InvariantCulture));
        return new ChannelReceipt(channel, position, int.Parse(stored.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
