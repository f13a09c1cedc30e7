using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Conformance;

/// <summary>Frames of a server as short texts, so that what came can be compared with what should.</summary>
internal static class Answer
{
    private const int Longest = 200;

    public static string Text(string text) => Of(0x81, Encoding.UTF8.GetBytes(text));

    public static string Text(byte[] text) => Of(0x81, text);

    public static string Binary(byte[] payload) => Of(0x82, payload);

    public static string Pong(string payload = "") => Of(0x8A, Encoding.UTF8.GetBytes(payload));

    /// <summary>A close; its reason is for people.</summary>
    public static string Close(int code) => Of(0x88, code == 1005 ? [] : [(byte)(code >> 8), (byte)code]);

    public static string Of(RawFrame frame) => Of(frame.FirstByte, frame.Payload);

    private static string Of(byte first, byte[] payload) => first switch
    {
        0x81 => $"text {Show(payload)}",
        0x82 => $"binary {(payload.Length <= Longest ? Convert.ToHexString(payload) : Show(payload))}",
        0x88 when payload.Length == 0 => "close",
        0x88 => string.Create(CultureInfo.InvariantCulture, $"close {(payload[0] << 8) | payload[1]}"),
        0x8A => $"pong {Show(payload)}",
        _ => $"{first:X2} {Show(payload)}",
    };

    private static string Show(byte[] payload) => payload.Length <= Longest
        ? Encoding.Latin1.GetString(payload)
        : string.Create(CultureInfo.InvariantCulture, $"of {payload.Length} bytes, {Convert.ToHexString(SHA256.HashData(payload))}");
}
