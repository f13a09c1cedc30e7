using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace RfBroadcast.Redis;

/// <summary>
/// A member as an item, written by scripts: joined or info as time 8 (Unix, in microseconds) | connection 2 + text | user 2 + text | info as JSON, or nothing; left
/// as user 2 + text.
/// </summary>
internal static class MemberItem
{
    public static (PresenceMember Member, string ConnectionId) ReadJoined(ReadOnlySpan<byte> body)
    {
        var joined = ReadTime(body);
        var rest = body[8..];
        var connectionId = ItemText.Read(ref rest);
        var userId = ItemText.Read(ref rest);
        return (new PresenceMember(userId, ReadInfo(rest), joined), connectionId);
    }

    public static string ReadLeft(ReadOnlySpan<byte> body) => ItemText.Read(ref body);

    /// <summary>A member as the hash of members has it: count 4 | time 8 | info.</summary>
    public static PresenceMember ReadStored(string userId, ReadOnlySpan<byte> stored) => new(
        userId,
        ReadInfo(stored[12..]),
        ReadTime(stored[4..]));

    /// <summary>The info of a member as it is stored and travels.</summary>
    public static byte[] WriteInfo(JsonElement? info) => info is { } element ? Encoding.UTF8.GetBytes(element.GetRawText()) : [];

    private static DateTimeOffset ReadTime(ReadOnlySpan<byte> time) =>
        DateTimeOffset.UnixEpoch.AddTicks(BinaryPrimitives.ReadInt64BigEndian(time) * TimeSpan.TicksPerMicrosecond);

    private static JsonElement? ReadInfo(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(json);
        return JsonElement.ParseValue(ref reader);
    }
}
