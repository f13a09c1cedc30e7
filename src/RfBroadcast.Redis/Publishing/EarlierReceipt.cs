using System.Globalization;
using StackExchange.Redis;

namespace RfBroadcast.Redis;

/// <summary>
/// What <c>publish.lua</c> remembers of a message with an idempotency key: its epoch and offset, if it was kept, a space, and how many subscribers
/// its publisher's node had.
/// </summary>
internal static class EarlierReceipt
{
    /// <summary>The receipts of messages that were published before, by their number in the batch; null when there are none.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="reply">The script's list: the tops, then number and receipt in turn.</param>
    public static Dictionary<int, ChannelReceipt>? Read(Channel channel, RedisResult[] reply)
    {
        if (reply.Length == 1)
        {
            return null;
        }

        var earlier = new Dictionary<int, ChannelReceipt>();
        for (var i = 1; i + 1 < reply.Length; i += 2)
        {
            earlier[(int)reply[i]] = Read(channel, (string)reply[i + 1]!); // what the script stored
        }

        return earlier;
    }

    private static ChannelReceipt Read(Channel channel, string stored)
    {
        var space = stored.IndexOf(' ', StringComparison.Ordinal);
        ChannelPosition? position = space <= ChannelTops.EpochLength
            ? null
            : new ChannelPosition(
                stored[..ChannelTops.EpochLength],
                long.Parse(stored.AsSpan(ChannelTops.EpochLength, space - ChannelTops.EpochLength), NumberStyles.None, CultureInfo.InvariantCulture));
        return new ChannelReceipt(channel, position, int.Parse(stored.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
