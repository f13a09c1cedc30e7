using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RfBroadcast.AspNetCore;

/// <summary>Writes the blocks of a stream of server-sent events (WHATWG HTML, section 9.2).</summary>
internal static class EventStreamBlock
{
    /// <summary>A comment: shows that the stream lives, and means nothing.</summary>
    public static readonly ReadOnlyMemory<byte> Comment = ":\n\n"u8.ToArray();

    /// <summary>Writes one frame as a block.</summary>
    public static void WriteData(IBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        output.Write("data: "u8);
        var line = output.GetSpan(json.Length)[..json.Length];
        json.CopyTo(line);

        // An app may indent its events, but a line break would end the data. In JSON it is only space.
        line.Replace((byte)'\n', (byte)' ');
        line.Replace((byte)'\r', (byte)' ');
        output.Advance(json.Length);
        output.Write("\n\n"u8);
    }

    /// <summary>Makes the last block of a stream: what a WebSocket's close frame says.</summary>
    public static ReadOnlyMemory<byte> MakeClose(int code, string reason)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write("event: close\ndata: "u8);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("code"u8, code);
            json.WriteString("reason"u8, reason);
            json.WriteEndObject();
        }

        output.Write("\n\n"u8);
        return output.WrittenMemory;
    }
}
