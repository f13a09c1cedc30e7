using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RfBroadcast.AspNetCore.Tests.Support;

namespace RfBroadcast.AspNetCore.Tests.Behaviour;

/// <summary>How a fuzzing client goes.</summary>
internal enum FuzzEnd
{
    /// <summary>It sends no more and reads to the end, which must come.</summary>
    HalfClose,
    CloseFrame,
    Reset,
    Vanish,
}

/// <summary>What one client sends, in these pieces, and how it goes.</summary>
internal sealed record FuzzCase(byte[][] Pieces, FuzzEnd End)
{
    public override string ToString() => $"{End}: {string.Join(" | ", Pieces.Select(piece => Convert.ToHexString(piece.AsSpan(0, Math.Min(200, piece.Length)))))}";
}

/// <summary>Generators of what clients should not send, and of some that they may.</summary>
internal static class FuzzCases
{
    private const string Handshake =
        "GET /ws?channel=news HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static readonly string[] Names =
        ["type", "action", "channel", "event", "data", "id", "since", "last", "epoch", "offset", "connection_id", "timestamp", "unknown", "", "\\ud800"];

    private static readonly string[] Values =
    [
        "\"subscribe\"", "\"unsubscribe\"", "\"event\"", "\"ping\"", "\"pong\"", "\"news\"", "\"kept.1\"", "\"private-room.1\"", "\"presence-room.1\"",
        "\"private-user.7\"", "\"cache-x\"", "\"client-x\"", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"ключ\"", "null", "true", "0", "-1", "1e999", "-0.0",
        "9223372036854775807", "9223372036854775808", "1.5", "01", "NaN", "'x'", "{}", "[]",
    ];

    private static Gen<byte[]> Bytes(int longest) =>
        Gen.Choose(0, longest).SelectMany(length => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(length));

    private static Gen<FuzzEnd> Ends => Gen.Elements(FuzzEnd.HalfClose, FuzzEnd.HalfClose, FuzzEnd.CloseFrame, FuzzEnd.Reset, FuzzEnd.Vanish);

    /// <summary>Bytes before a handshake, broken handshakes, whole ones with something behind them.</summary>
    public static Gen<FuzzCase> BeforeTheHandshake()
    {
        var whole = Encoding.ASCII.GetBytes(Handshake);
        var cut = Gen.Choose(0, whole.Length).Select(length => whole[..length]);
        var changed = Gen.Choose(0, whole.Length - 1).Zip(Gen.Choose(0, 255), (at, value) =>
        {
            var bytes = (byte[])whole.Clone();
            bytes[at] = (byte)value;
            return bytes;
        });
        var followed = Bytes(60).Select(behind => (byte[])[.. whole, .. behind]);
        return Gen.OneOf(Bytes(300), cut, changed, changed, followed).SelectMany(Pieces).Zip(Ends, (pieces, end) => new FuzzCase(pieces, end));
    }

    /// <summary>Frames of all kinds, whole and not, and messages of all shapes.</summary>
    public static Gen<FuzzCase> AfterTheHandshake()
    {
        var frames = Gen.Frequency((2, Bytes(40)), (3, AnyFrame()), (6, Message()), (2, Fragments()), (1, Sizes()), (1, BadText()), (1, Close()));
        return Gen.Choose(1, 5).SelectMany(count => frames.ArrayOf(count))
            .SelectMany(all => Pieces([.. all.SelectMany(frame => frame)]))
            .Zip(Ends, (pieces, end) => new FuzzCase(pieces, end));
    }

    /// <summary>Whole, or cut in two somewhere.</summary>
    private static Gen<byte[][]> Pieces(byte[] bytes) => Gen.OneOf(
        Gen.Constant<byte[][]>([bytes]),
        Gen.Choose(0, bytes.Length).Select(at => new[] { bytes[..at], bytes[at..] }));

    private static Gen<byte[]> AnyFrame() =>
        Gen.Choose(0, 255).Zip(Bytes(130), (first, payload) => RawClient.Frame((byte)first, payload))
            .Zip(Gen.Choose(0, 9), (frame, how) =>
            {
                // Now and then not masked, or with a length that is not so.
                frame[1] = how switch { 0 => (byte)(frame[1] & 0x7F), 1 => (byte)(frame[1] ^ 0x05), 2 => 0xFF, _ => frame[1] };
                return frame;
            });

    private static Gen<byte[]> Message() => Json(3).Select(json => RawClient.Frame(0x81, Encoding.UTF8.GetBytes(json)));

    private static Gen<string> Json(int depth)
    {
        var value = depth == 0 ? Gen.Elements(Values) : Gen.Frequency((4, Gen.Elements(Values)), (1, Json(depth - 1)));
        var fields = Gen.Elements(Names).Zip(value, (name, one) => $"\"{name}\":{one}");
        var commands = Gen.Elements("subscribe", "subscribe", "unsubscribe", "event", "ping").Zip(
            Gen.Elements("news", "kept.1", "private-room.1", "presence-room.1", "#x"),
            (type, channel) => $"\"type\":\"{type}\",\"channel\":\"{channel}\"");
        return Gen.Frequency(
            (4, commands.Zip(Gen.Choose(0, 3).SelectMany(count => fields.ArrayOf(count)), (command, more) => $"{{{string.Join(',', more.Prepend(command))}}}")),
            (3, Gen.Choose(0, 5).SelectMany(count => fields.ArrayOf(count)).Select(all => $"{{{string.Join(',', all)}}}")),
            (1, Gen.Choose(0, 5).SelectMany(count => value.ArrayOf(count)).Select(all => $"[{string.Join(',', all)}]")),
            (1, Gen.Elements(Values)),
            (1, Gen.Choose(1, 200).Select(deep => new string('[', deep) + new string(']', deep))));
    }

    /// <summary>A message in fragments, with control frames and what must not be between them.</summary>
    private static Gen<byte[]> Fragments()
    {
        var between = Gen.Elements<byte[]>([], RawClient.Frame(0x89, "p"u8), RawClient.Frame(0x8A, []), RawClient.Frame(0x81, "{}"u8), RawClient.Frame(0x00, []));
        return Json(2).Zip(Gen.Choose(0, 100), (json, at) =>
        {
            var text = Encoding.UTF8.GetBytes(json); // also cut inside a character
            return (First: text[..Math.Min(at, text.Length)], Second: text[Math.Min(at, text.Length)..]);
        }).Zip(between, (text, other) => (byte[])[.. RawClient.Frame(0x01, text.First), .. other, .. RawClient.Frame(0x80, text.Second)]);
    }

    private static Gen<byte[]> Sizes() =>
        Gen.Elements(0, 125, 126, 127, 4095, 4096, 65_500, 65_535, 65_536, 65_537, 70_000).Zip(Gen.Elements(0x81, 0x82, 0x89), (size, first) =>
        {
            var text = new byte[size];
            text.AsSpan().Fill((byte)'x');
            return RawClient.Frame((byte)first, text);
        });

    private static Gen<byte[]> BadText() => Bytes(30).Select(bytes => RawClient.Frame(0x81, [.. "{\"type\":\""u8, .. bytes, .. "\"}"u8]));

    private static Gen<byte[]> Close() => Bytes(130).Select(payload => RawClient.Frame(0x88, payload));
}
