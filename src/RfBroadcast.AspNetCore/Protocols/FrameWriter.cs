using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Writes the JSON of one frame, then the whole in a transport's framing. One per thread, reused; between
/// <see cref="Start"/> and its end nothing else may start.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "It lives as long as its thread, and what it writes to is its own memory.")]
internal sealed class FrameWriter
{
    // Frames are never part of a page's markup, so only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static FrameWriter? _ofThread;

    private readonly ArrayBufferWriter<byte> _payload = new(1024);
    private readonly Utf8JsonWriter _json;
    private Framing _framing = WebSocketFrame.WriteText;

    private FrameWriter() => _json = new Utf8JsonWriter(_payload, Options);

    /// <summary>Starts a frame of a type, with the client's id for its request as raw JSON.</summary>
    public static FrameWriter Start(Framing framing, ReadOnlySpan<byte> type, string? requestId = null)
    {
        var writer = _ofThread ??= new FrameWriter();
        writer._framing = framing;
        writer._payload.ResetWrittenCount(); // a frame that failed half-way leaves its start behind
        writer._json.Reset(writer._payload);
        writer._json.WriteStartObject();
        writer._json.WriteString("type"u8, type);
        if (requestId is not null)
        {
            writer._json.WritePropertyName("id"u8);
            writer._json.WriteRawValue(requestId, skipInputValidation: true);
        }

        return writer;
    }

    /// <summary>Ends the frame.</summary>
    public void End(IBufferWriter<byte> output)
    {
        _json.WriteEndObject();
        _json.Flush();
        _framing(output, _payload.WrittenSpan);
    }

    /// <summary>Ends the frame and gives its bytes.</summary>
    public ReadOnlyMemory<byte> End()
    {
        var output = new ArrayBufferWriter<byte>();
        End(output);
        return output.WrittenMemory;
    }

    public void WriteString(ReadOnlySpan<byte> name, string value) => _json.WriteString(name, value);

    public void WriteString(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => _json.WriteString(name, value);

    public void WriteNumber(ReadOnlySpan<byte> name, long value) => _json.WriteNumber(name, value);

    public void WriteNumber(ReadOnlySpan<byte> name, double value) => _json.WriteNumber(name, value);

    public void WriteBoolean(ReadOnlySpan<byte> name, bool value) => _json.WriteBoolean(name, value);

    /// <summary>Writes a value that is JSON already.</summary>
    public void WriteRaw(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _json.WritePropertyName(name);
        _json.WriteRawValue(value, skipInputValidation: true);
    }

    /// <summary>Writes an instant with milliseconds: <c>2026-01-31T10:00:00.000Z</c>.</summary>
    public void WriteTimestamp(ReadOnlySpan<byte> name, DateTimeOffset instant) => WriteInstant(name, instant, "2026-01-31T10:00:00.000".Length);

    /// <summary>Writes an instant in whole seconds: <c>2026-01-31T10:00:00Z</c>.</summary>
    public void WriteSeconds(ReadOnlySpan<byte> name, DateTimeOffset instant) => WriteInstant(name, instant, "2026-01-31T10:00:00".Length);

    public void WritePropertyName(ReadOnlySpan<byte> name) => _json.WritePropertyName(name);

    public void WriteStartObject() => _json.WriteStartObject();

    public void WriteEndObject() => _json.WriteEndObject();

    public void WriteStartArray() => _json.WriteStartArray();

    public void WriteEndArray() => _json.WriteEndArray();

    public void WriteMember(PresenceMember member)
    {
        _json.WriteStartObject();
        _json.WriteString("user_id"u8, member.UserId);
        if (member.UserInfo is { } info)
        {
            _json.WritePropertyName("user_info"u8);
            info.WriteTo(_json);
        }

        WriteSeconds("joined_at"u8, member.JoinedAt);
        _json.WriteEndObject();
    }

    // The round-trip format is the one the BCL writes fastest; it is cut to the digits that are wanted.
    private void WriteInstant(ReadOnlySpan<byte> name, DateTimeOffset instant, int length)
    {
        Span<byte> text = stackalloc byte["2026-01-31T10:00:00.0000000Z".Length];
        instant.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[length] = (byte)'Z';
        _json.WriteString(name, text[..(length + 1)]);
    }
}
