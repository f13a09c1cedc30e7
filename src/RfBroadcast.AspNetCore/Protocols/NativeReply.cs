using System.Text.Json;

namespace RfBroadcast.AspNetCore;

/// <summary>The frames of the native protocol that answer one connection: greeting, pongs, acknowledgements, errors.</summary>
internal sealed class NativeReply(Framing framing)
{
    public ReadOnlyMemory<byte> Connected(string connectionId, TimeSpan pingInterval, string? userId, DateTimeOffset? expiresAt)
    {
        var json = FrameWriter.Start(framing, "connected"u8);
        json.WriteString("connection_id"u8, connectionId);
        json.WriteNumber("protocol"u8, NativeProtocol.Version);
        json.WriteNumber("ping_interval"u8, pingInterval.TotalSeconds);
        if (userId is not null)
        {
            json.WriteString("user_id"u8, userId);
            if (Channel.TryUser(userId, out var channel))
            {
                json.WriteString("user_channel"u8, channel.WireName);
            }
        }

        if (expiresAt is { } expiry)
        {
            json.WriteSeconds("expires_at"u8, expiry);
        }

        return json.End();
    }

    public ReadOnlyMemory<byte> Pong(string? requestId) => FrameWriter.Start(framing, "pong"u8, requestId).End();

    /// <summary>The answer to the short form of a ping, with its data.</summary>
    public ReadOnlyMemory<byte> Pong(string? requestId, JsonElement? data, DateTimeOffset now)
    {
        var json = FrameWriter.Start(framing, "event"u8, requestId);
        json.WriteString("event"u8, "pong"u8);
        json.WriteRaw("data"u8, data is { } value ? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value) : "null"u8);
        json.WriteTimestamp("timestamp"u8, now);
        return json.End();
    }

    public ReadOnlyMemory<byte> Ack(string requestId) => FrameWriter.Start(framing, "ack"u8, requestId).End();

    public ReadOnlyMemory<byte> Error(ClientFault fault, string? requestId)
    {
        var json = FrameWriter.Start(framing, "error"u8, requestId);
        json.WriteString("code"u8, fault.Code);
        json.WriteString("message"u8, fault.Message);
        if (fault.Channel is not null)
        {
            json.WriteString("channel"u8, fault.Channel);
        }

        if (fault.RetryAfter is { } wait)
        {
            json.WriteNumber("retry_after"u8, Math.Max(0.001, Math.Round(wait.TotalSeconds, 3)));
        }

        return json.End();
    }
}
