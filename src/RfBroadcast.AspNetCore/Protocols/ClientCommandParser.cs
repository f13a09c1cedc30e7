using System.Text.Json;
using System.Runtime.InteropServices;

namespace RfBroadcast.AspNetCore;

/// <summary>Reads what a client sends in the native protocol. Unknown fields are ignored.</summary>
internal static class ClientCommandParser
{
    private const int MaxRequestIdLength = 100;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    public static ClientCommand Parse(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Parse(document.RootElement)
                : new FaultyCommand(null, Bad("the message must be one JSON object"));
        }
        catch (JsonException)
        {
            return new FaultyCommand(null, Bad("the message is not JSON"));
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800: JSON by its grammar, but half a character.
            return new FaultyCommand(null, Bad("the message holds text that is not valid Unicode"));
        }
    }

    private static ClientCommand Parse(JsonElement root)
    {
        string? requestId = null;
        if (root.TryGetProperty("id"u8, out var id))
        {
            if (id.ValueKind is not (JsonValueKind.Number or JsonValueKind.String) || id.GetRawText() is not { Length: <= MaxRequestIdLength + 2 } raw)
            {
                return new FaultyCommand(null, Bad("\"id\" must be a number or a string of at most 100 characters"));
            }

            requestId = raw;
        }

        var command = ParseType(root, requestId, out var fault);
        return fault is null ? command! : new FaultyCommand(requestId, fault); // one of the two
    }

    private static ClientCommand? ParseType(JsonElement root, string? requestId, out ClientFault? fault)
    {
        fault = null;
        if (!root.TryGetProperty("type"u8, out var type))
        {
            return ParseAction(root, requestId, out fault);
        }

        if (type.ValueKind != JsonValueKind.String)
        {
            fault = Bad("\"type\" must be a string");
            return null;
        }

        if (type.ValueEquals("ping"u8))
        {
            return new PingCommand(requestId, IsShortForm: false, Data: null);
        }

        if (type.ValueEquals("subscribe"u8))
        {
            return ParseSubscribe(root, requestId, out fault);
        }

        if (type.ValueEquals("unsubscribe"u8))
        {
            var channel = ReadString(root, "channel", ref fault);
            return fault is null ? new UnsubscribeCommand(requestId, channel) : null;
        }

        if (type.ValueEquals("event"u8))
        {
            return ParseEvent(root, requestId, out fault);
        }

        fault = Bad("\"type\" must be \"subscribe\", \"unsubscribe\", \"event\" or \"ping\"");
        return null;
    }

    private static PingCommand? ParseAction(JsonElement root, string? requestId, out ClientFault? fault)
    {
        if (root.TryGetProperty("action"u8, out var action) && action.ValueKind == JsonValueKind.String && action.ValueEquals("ping"u8))
        {
            fault = null;
            return new PingCommand(requestId, IsShortForm: true, root.TryGetProperty("data"u8, out var data) ? data.Clone() : null);
        }

        fault = Bad("\"type\" is missing");
        return null;
    }

    private static SubscribeCommand? ParseSubscribe(JsonElement root, string? requestId, out ClientFault? fault)
    {
        fault = null;
        var channel = ReadString(root, "channel", ref fault);
        long last = 0;
        if (fault is null && root.TryGetProperty("last"u8, out var lastValue) && !IsCount(lastValue, out last))
        {
            fault = Bad("\"last\" must be a whole number from 0", channel);
        }

        ChannelPosition? since = null;
        string? previous = null;
        if (fault is null && root.TryGetProperty("since"u8, out var sinceValue))
        {
            since = ReadSince(sinceValue, channel, out previous, out fault);
        }

        return fault is null ? new SubscribeCommand(requestId, channel, since, previous, (int)Math.Min(last, int.MaxValue)) : null;
    }

    private static ChannelPosition? ReadSince(JsonElement since, string channel, out string? previous, out ClientFault? fault)
    {
        previous = null;
        if (since.ValueKind == JsonValueKind.Object
            && since.TryGetProperty("epoch"u8, out var epoch) && epoch.ValueKind == JsonValueKind.String
            && since.TryGetProperty("offset"u8, out var offset) && IsCount(offset, out var number))
        {
            fault = null;
            if (since.TryGetProperty("connection_id"u8, out var connection))
            {
                if (connection.ValueKind == JsonValueKind.String)
                {
                    previous = connection.GetString();
                }
                else if (connection.ValueKind != JsonValueKind.Null)
                {
                    fault = Bad("\"since.connection_id\" must be a string", channel);
                }
            }

            return new ChannelPosition(epoch.GetString()!, number); // its kind is string
        }

        fault = Bad("\"since\" must be an object with \"epoch\", a string, and \"offset\", a whole number from 0", channel);
        return null;
    }

    private static EventCommand? ParseEvent(JsonElement root, string? requestId, out ClientFault? fault)
    {
        fault = null;
        var channel = ReadString(root, "channel", ref fault);
        var name = ReadString(root, "event", ref fault);
        if (fault is not null)
        {
            return null;
        }

        if (!root.TryGetProperty("data"u8, out var data))
        {
            fault = Bad("\"data\" is missing; send null for an event without data", channel);
            return null;
        }

        return new EventCommand(requestId, channel, name, data.Clone(), JsonMarshal.GetRawUtf8Value(data).Length);
    }

    private static string ReadString(JsonElement root, string field, ref ClientFault? fault)
    {
        if (root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!; // its kind is string
        }

        fault ??= Bad($"\"{field}\" must be there and be a string");
        return string.Empty;
    }

    private static bool IsCount(JsonElement value, out long count)
    {
        count = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out count) && count >= 0;
    }

    private static ClientFault Bad(string message, string? channel = null) => new(ErrorCode.BadMessage, message, channel);
}
