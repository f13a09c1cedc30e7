using System.Buffers;
using System.Text.Json;

namespace RfBroadcast.AspNetCore.Tests.Protocol;

/// <summary>
/// The exact bytes of every kind of frame the server sends, WebSocket header included. When a change is meant:
/// <c>RFB_ACCEPT_FRAMES=1 dotnet test --filter GoldenFrame</c>.
/// </summary>
public sealed class GoldenFrameTests
{
    private const string ConnectionId = "1834.22917";

    private static readonly DateTimeOffset Now = new(2026, 1, 31, 10, 0, 0, 123, TimeSpan.Zero);
    private static readonly Channel News = Channel.Public("news");
    private static readonly Channel Orders = Channel.Private("orders.7");
    private static readonly Channel Chat = Channel.Presence("chat.1");
    private static readonly PresenceMember Ann = new("7", Json("""{"name":"Ann"}"""), Now);
    private static readonly PresenceMember Guest = new("guest-1", null, Now.AddHours(2).ToOffset(TimeSpan.FromHours(1)));

    private static readonly Dictionary<string, Func<ReadOnlyMemory<byte>>> Frames = new()
    {
        ["connected"] = () => NativeProtocol.WebSocket.Reply.Connected(ConnectionId, TimeSpan.FromSeconds(30), null, null),
        ["connected-user"] = () => NativeProtocol.WebSocket.Reply.Connected(ConnectionId, TimeSpan.FromSeconds(1.5), "7", null),
        ["connected-user-expiry"] = () => NativeProtocol.WebSocket.Reply.Connected(ConnectionId, TimeSpan.FromSeconds(30), "auth0|1.2", Now),
        ["subscribed"] = () => Subscribed(News),
        ["subscribed-id-number"] = () => Subscribed(News, requestId: "12"),
        ["subscribed-id-string"] = () => Subscribed(News, requestId: "\"a\\\"b\""),
        ["subscribed-members"] = () => Subscribed(Chat, members: [Ann, Guest]),
        ["subscribed-history"] = () => Subscribed(Orders, position: new ChannelPosition("q8Zr1kPf", 57)),
        ["subscribed-recovered"] = () => Subscribed(Orders, position: new ChannelPosition("q8Zr1kPf", 57), recovered: true),
        ["subscribed-expired"] = () => Subscribed(Orders, position: new ChannelPosition("q8Zr1kPf", 3), recovered: false, failure: RecoveryFailure.Expired),
        ["subscribed-epoch"] = () => Subscribed(Orders, position: new ChannelPosition("q8Zr1kPf", 3), recovered: false, failure: RecoveryFailure.Epoch),
        ["subscribed-limit"] = () => Subscribed(Orders, position: new ChannelPosition("q8Zr1kPf", 3), recovered: false, failure: RecoveryFailure.Limit),
        ["subscribed-no-history"] = () => Subscribed(Orders, recovered: false, failure: RecoveryFailure.NoHistory),
        ["unsubscribed"] = () => Unsubscribed(new UnsubscribeReason(0)),
        ["unsubscribed-id"] = () => Unsubscribed(new UnsubscribeReason(0, null, "3")),
        ["unsubscribed-2000"] = () => Unsubscribed(UnsubscribeReason.ByApp),
        ["unsubscribed-2001"] = () => Unsubscribed(UnsubscribeReason.Revoked),
        ["unsubscribed-2500"] = () => Unsubscribed(UnsubscribeReason.Gap),
        ["unsubscribed-2501"] = () => Unsubscribed(UnsubscribeReason.GrantExpired),
        ["event"] = () => Message(new BroadcastMessage { Channel = News, Event = "order.shipped", Data = """{"id":7}"""u8.ToArray(), Timestamp = Now }),
        ["event-offset"] = () => Message(new BroadcastMessage { Channel = Orders, Event = "order.shipped", Data = "[1,2]"u8.ToArray(), Timestamp = Now, Offset = 58 }),
        ["event-client"] = () => Message(new BroadcastMessage
        {
            Channel = Chat, Event = "client-typing", Data = """{"on":true}"""u8.ToArray(), Timestamp = Now, UserId = "7", IsClientEvent = true,
        }),
        ["event-null"] = () => Message(new BroadcastMessage { Channel = News, Event = "tick", Data = "null"u8.ToArray(), Timestamp = Now }),
        ["event-text"] = () => Message(new BroadcastMessage
        {
            Channel = News, Event = "Grüße \"<&>\" \u0001\n😀", Data = "\"Grüße </script> 😀\""u8.ToArray(), Timestamp = Now,
        }),
        ["event-200-bytes"] = () => Message(new BroadcastMessage
        {
            Channel = News, Event = "long", Data = JsonSerializer.SerializeToUtf8Bytes(new string('x', 200)), Timestamp = Now,
        }),
        ["event-direct"] = () => Write(output => NativeProtocol.WebSocket.WriteDirect(output, new DirectMessage(ConnectionId, "hello", "1"u8.ToArray(), Now))),
        ["member-joined"] = () => Edge(new PresenceEdge(Chat, Ann, IsJoin: true, 1, ConnectionId)),
        ["member-joined-guest"] = () => Edge(new PresenceEdge(Chat, Guest, IsJoin: true, 2, ConnectionId)),
        ["member-left"] = () => Edge(new PresenceEdge(Chat, Ann, IsJoin: false, 3, null)),
        ["gap"] = () => Write(output => NativeProtocol.WebSocket.WriteGap(output, News, 12)),
        ["pong"] = () => NativeProtocol.WebSocket.Reply.Pong(null),
        ["pong-id"] = () => NativeProtocol.WebSocket.Reply.Pong("\"p1\""),
        ["pong-short"] = () => NativeProtocol.WebSocket.Reply.Pong(null, Json("""{"timestamp": 1.50}"""), Now),
        ["pong-short-id-no-data"] = () => NativeProtocol.WebSocket.Reply.Pong("5", null, Now),
        ["ack"] = () => NativeProtocol.WebSocket.Reply.Ack("7"),
        ["error"] = () => NativeProtocol.WebSocket.Reply.Error(new ClientFault(ErrorCode.BadMessage, "the message is not JSON"), null),
        ["error-channel"] = () => NativeProtocol.WebSocket.Reply.Error(new ClientFault(ErrorCode.Forbidden, "access denied", "private-orders.7"), "7"),
        ["error-retry"] = () => NativeProtocol.WebSocket.Reply.Error(new ClientFault(ErrorCode.RateLimited, "too many", "presence-chat.1", TimeSpan.FromMilliseconds(250)), null),
        ["ping"] = () => WebSocketFrame.EmptyPing,
        ["close-1001"] = () => WebSocketFrame.MakeClose(CloseCode.GoingAway, "the server is going away"),
        ["close-4103-cut"] = () => WebSocketFrame.MakeClose(CloseCode.TooSlow, new string('é', 70)),
        ["close-without-code"] = () => WebSocketFrame.MakeClose(CloseCode.NoStatus, ""),
    };

    public static TheoryData<string> Names => [.. Frames.Keys];

    private static string Folder => Repository.PathOf("tests", "RfBroadcast.AspNetCore.Tests", "Protocol", "Golden");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Frame_OfEachKind_IsAsRecorded(string name)
    {
        var file = Path.Combine(Folder, name + ".golden");
        var frame = Frames[name]().ToArray();
        if (Environment.GetEnvironmentVariable("RFB_ACCEPT_FRAMES") == "1")
        {
            await File.WriteAllBytesAsync(file, frame);
        }

        var recorded = File.Exists(file) ? await File.ReadAllBytesAsync(file) : [];
        Visible(frame).Should().Be(Visible(recorded), "frames on the wire only change on purpose: RFB_ACCEPT_FRAMES=1 dotnet test --filter GoldenFrame");
    }

    [Fact]
    public void GoldenFolder_HoldsNothingElse() =>
        Directory.EnumerateFiles(Folder).Select(Path.GetFileNameWithoutExtension).Should().BeEquivalentTo(Frames.Keys);

    /// <summary>Bytes one to one as characters, so that a difference is shown where it is.</summary>
    private static string Visible(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private static ReadOnlyMemory<byte> Subscribed(
        Channel channel,
        string? requestId = null,
        IReadOnlyList<PresenceMember>? members = null,
        ChannelPosition? position = null,
        bool? recovered = null,
        RecoveryFailure failure = RecoveryFailure.None) =>
        Write(output => NativeProtocol.WebSocket.WriteSubscribed(output, new SubscribedFrame(channel, requestId, members, position, recovered, failure)));

    private static ReadOnlyMemory<byte> Unsubscribed(UnsubscribeReason reason) =>
        Write(output => NativeProtocol.WebSocket.WriteUnsubscribed(output, Orders, reason));

    private static ReadOnlyMemory<byte> Message(BroadcastMessage message) => Write(output => NativeProtocol.WebSocket.WriteMessage(output, message));

    private static ReadOnlyMemory<byte> Edge(PresenceEdge edge) => Write(output => NativeProtocol.WebSocket.WriteEdge(output, edge));

    private static ReadOnlyMemory<byte> Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenMemory;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
