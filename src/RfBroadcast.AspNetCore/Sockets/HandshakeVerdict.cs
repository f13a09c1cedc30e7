using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RfBroadcast.AspNetCore;

/// <summary>
/// Why a request at the end point does not become a connection. A browser shows a page only that a handshake failed; a plain
/// GET of the same address gets the same verdict as JSON, and 426 when all is well.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">What is wrong, for programs.</param>
/// <param name="Message">What is wrong and the cure, for people.</param>
internal sealed record HandshakeVerdict(int Status, string Code, string Message)
{
    /// <summary>Answers the request with it.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        switch (Status)
        {
            case StatusCodes.Status401Unauthorized:
                response.Headers.WWWAuthenticate = "Bearer";
                break;
            case StatusCodes.Status426UpgradeRequired when !string.Equals(context.Request.Protocol, "HTTP/2", StringComparison.Ordinal):
                response.Headers.Upgrade = "websocket";
                response.Headers.SecWebSocketVersion = "13";
                break;
            case StatusCodes.Status503ServiceUnavailable:
                response.Headers.RetryAfter = "5";
                break;
        }

        var body = Encode();
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private ReadOnlyMemory<byte> Encode()
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteNumber("status"u8, Status);
        json.WriteString("code"u8, Code);
        json.WriteString("message"u8, Message);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
