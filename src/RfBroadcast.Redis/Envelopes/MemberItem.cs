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
    private const int StoredHeader = 12;

    public static (PresenceMember Member, string ConnectionId) ReadJoined(ReadOnlySpan<byte> body)
    {
        var joined = ReadTime(body);
        var rest = body[8..];
        var connectionId = ItemText.Read(ref rest);
        var userId = ItemText.Read(ref rest);
        return (new PresenceMember(userId, ReadInfo(rest), joined), connectionId);
    }

    public static string ReadLeft(ReadOnlySpan<byte> body) => ItemText.Read(ref body);

    /// <summary>A member as the hash of members has it: count 4 | time 8 | info. Null when it is something else.</summary>
    public static PresenceMember? ReadStored(string userId, ReadOnlySpan<byte> stored)
    {
        if (stored.Length < StoredHeader || userId.Length == 0)
        {
            return null;
        }

        try
        {
            return new PresenceMember(userId, ReadInfo(stored[StoredHeader..]), ReadTime(stored[4..]));
        }
        catch (Exception fault) when (fault is JsonException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

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
