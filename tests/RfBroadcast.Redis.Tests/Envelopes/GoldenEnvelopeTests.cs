using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using StackExchange.Redis;

namespace RfBroadcast.Redis.Tests.Envelopes;

/// <summary>
/// What travels and what is stored is the same, byte for byte, as what other nodes of the same version write and read. A file is never changed: what is
/// new gets a new version, by the rule in docs/redis.md.
/// </summary>
public sealed class GoldenEnvelopeTests(StandaloneRedis redis) : IClassFixture<StandaloneRedis>
{
    private static readonly JsonElement InfoOne = JsonElement.Parse("""{"n":1}""");
    private static readonly JsonElement InfoTwo = JsonElement.Parse("""{"n":2}""");

    public static TheoryData<string> Envelopes => [.. GoldenBytes.Names.Where(name => name.StartsWith("plain-", StringComparison.Ordinal) || name.StartsWith("ordered-", StringComparison.Ordinal))];

    [Fact]
    public async Task Plain_AsPublished()
    {
        var channel = Channel.Public("golden.plain");
        await using var node = new TestNode(redis.Server.EndPoint);
        using var wire = await ListenAsync(channel);

        await node.Broadcaster.SayAsync(channel, 1, except: "9.9");
        GoldenBytes.Read("plain-message").ShouldBe(await wire.NextAsync());

        // Another node has published under the same key a moment ago.
        await wire.Database.StringSetAsync("rf:once:{golden.plain}:key", "0");
        await node.Broadcaster.BroadcastAsync(new BroadcastRequest { Event = new SimpleEvent("e", 1, channel), IdempotencyKey = "key" });
        GoldenBytes.Read("plain-used-up").ShouldBe(await wire.NextAsync());
    }

    [Fact]
    public async Task Kept_AsPublishedAndStored()
    {
        var channel = Channel.Public("history.golden");
        await using var node = new TestNode(redis.Server.EndPoint);
        using var wire = await ListenAsync(channel);

        await node.Broadcaster.SayAsync(channel, 1);

        GoldenBytes.Read("ordered-kept").ShouldBe(await wire.NextAsync());
        GoldenBytes.Read("stored-top").ShouldBe((await wire.Database.HashGetAsync("rf:meta:{history.golden}", "top"))!);
        var entry = ((RedisResult[])(await wire.Database.ExecuteAsync("XRANGE", "rf:hist:{history.golden}", "-", "+"))!).Single();
        var (id, fields) = ((string)((RedisResult[])entry!)[0]!, (RedisResult[])((RedisResult[])entry!)[1]!);
        id.Should().MatchRegex("^1-[0-9]{13}$");
        ((string)fields[0]!).Should().Be("m");
        GoldenBytes.Read("stored-message").ShouldBe((byte[])fields[1]!);
    }

    [Fact]
    public async Task Presence_AsPublishedAndStored()
    {
        var channel = Channel.Presence("golden");
        await using var node = new TestNode(redis.Server.EndPoint);
        using var wire = await ListenAsync(channel);
        var (one, two) = (node.Connect("1.1", "ada"), node.Connect("1.2", "ada"));

        await SubscribeAsync(node, one, channel, InfoOne);
        GoldenBytes.Read("ordered-joined").ShouldBe(await wire.NextAsync());

        await SubscribeAsync(node, two, channel, InfoTwo);
        GoldenBytes.Read("ordered-info").ShouldBe(await wire.NextAsync());
        GoldenBytes.Read("stored-member").ShouldBe((await wire.Database.HashGetAsync("rf:members:{presence-golden}", "ada"))!);
        ((string)(await wire.Database.HashGetAsync("rf:conns:{presence-golden}", "1.1"))!).Should().MatchRegex("^[0-9a-f]{16} ada$");

        await node.Broadcaster.SayAsync(channel, 1);
        GoldenBytes.Read("ordered-passing").ShouldBe(await wire.NextAsync());

        await node.Broadcaster.UnsubscribeAsync("1.1", channel);
        await node.Broadcaster.UnsubscribeAsync("1.2", channel);
        GoldenBytes.Read("ordered-left").ShouldBe(await wire.NextAsync());
    }

    [Fact]
    public void Message_WithAllFields_AsWrittenAndRead()
    {
        var message = new BroadcastMessage
        {
            Channel = Channel.Presence("golden"),
            Event = "client-typing",
            Data = "[true]"u8.ToArray(),
            Timestamp = new DateTimeOffset(0x0011223344556677, TimeSpan.Zero),
            Except = "1.7",
            UserId = "é",
            IsClientEvent = true,
        };

        var item = MessageItem.Write(message, ItemKind.Passing);

        GoldenBytes.Read("item-client-event").ShouldBe(item);
        ReadOnlyMemory<byte> items = item;
        string? lastEvent = null;
        MessageItem.Read(EnvelopeItems.Next(ref items).Body, message.Channel, offset: 0, ref lastEvent)
            .Should().BeEquivalentTo(message, options => options.Excluding(one => one.Data));
    }

    [Theory]
    [InlineData("plain-message", "plain 4141414141414141 items 4702111234474983745..4702111234474983745 leads; Passing e=1 without 9.9")]
    [InlineData("plain-used-up", "plain 4141414141414141 items 4702111234474983745..4702111234474983745")]
    [InlineData("ordered-kept", "ordered 4141414141414141 epoch AAAAAAAA items 1..1 offset 1; Kept e=1")]
    [InlineData("ordered-passing", "ordered 4141414141414141 epoch AAAAAAAA items 3..3 offset 1; Passing e=1")]
    [InlineData("ordered-joined", "ordered 4141414141414141 epoch AAAAAAAA items 1..1 offset 1; Joined ada by 1.1 {\"n\":1}")]
    [InlineData("ordered-info", "ordered 4141414141414141 epoch AAAAAAAA items 2..2 offset 1; Info ada by 1.2 {\"n\":2}")]
    [InlineData("ordered-left", "ordered 4141414141414141 epoch AAAAAAAA items 4..4 offset 1; Left ada")]
    public void Envelope_IsRead(string name, string expected)
    {
        // A time of that many letters there is not.
        var bytes = GoldenBytes.Read(name).Fill();
        if (name is "plain-message" or "ordered-kept" or "ordered-passing" or "ordered-joined" or "ordered-info")
        {
            var time = (bytes[1] == 1 ? Envelope.PlainHeader : Envelope.OrderedHeader) + EnvelopeItems.ItemHeader + (name.Contains("joined", StringComparison.Ordinal) || name.Contains("info", StringComparison.Ordinal) ? 0 : 1);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(time), 1);
        }

        Envelope.TryRead(bytes, out var envelope).Should().BeTrue();
        Show(envelope).Should().Be(expected);
    }

    [Theory]
    [MemberData(nameof(Envelopes))]
    public void Envelope_OfAnotherVersionOrTypeOrCutOff_IsNotRead(string name)
    {
        var bytes = GoldenBytes.Read(name).Fill();

        Envelope.TryRead((byte[])[2, .. bytes[1..]], out _).Should().BeFalse("its version is not known");
        Envelope.TryRead((byte[])[1, 9, .. bytes[2..]], out _).Should().BeFalse("its type is not known");
        for (var length = 0; length < bytes.Length; length++)
        {
            (length == Envelope.PlainHeader && bytes[1] == 1).Should().Be(Envelope.TryRead(bytes.AsMemory(0, length), out _), "only a plain one may be without items");
        }

        Envelope.TryRead((byte[])[.. bytes, 0], out _).Should().BeFalse("there is half an item at the end");
    }

    [Fact]
    public void Control_AsWritten()
    {
        Write(new ControlMessage { Kind = ControlKind.Probe, From = "p", Id = 1 })
            .Should().Be("""{"version":1,"kind":"Probe","from":"p","id":1,"code":0,"timestamp":"0001-01-01T00:00:00+00:00","count":0}""");
        Write(new ControlMessage
        {
            Kind = ControlKind.Send,
            From = "p",
            Id = 2,
            ConnectionId = "1.1",
            UserId = "ada",
            Channel = "news",
            Code = 4001,
            Text = "t",
            RequestId = "r",
            Event = "e",
            Data = "1"u8.ToArray(),
            Timestamp = DateTimeOffset.UnixEpoch,
        }).Should().Be("""{"version":1,"kind":"Send","from":"p","id":2,"connection_id":"1.1","user_id":"ada","channel":"news","code":4001,"text":"t","request_id":"r","event":"e","data":"MQ==","timestamp":"1970-01-01T00:00:00+00:00","count":0}""");
        Write(new ControlMessage { Kind = ControlKind.Answer, From = "p", Id = 3, Node = "n", Count = 1, Connections = [new ControlConnection("1.1", "ada", ["news"])] })
            .Should().Be("""{"version":1,"kind":"Answer","from":"p","id":3,"code":0,"timestamp":"0001-01-01T00:00:00+00:00","node":"n","count":1,"connections":[{"id":"1.1","user_id":"ada","channels":["news"]}]}""");
        Enum.GetNames<ControlKind>().Should().Equal("Answer", "Probe", "Disconnect", "Send", "Unsubscribe", "Subscribers", "Connections");
    }

    private static string Write(ControlMessage message) => JsonSerializer.Serialize(message, ControlJsonContext.Default.ControlMessage);

    private static string Show(in Envelope envelope)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(envelope.IsOrdered ? "ordered" : "plain")} {envelope.Publisher:x16}");
        text.Append(envelope.IsOrdered ? " epoch " + envelope.Epoch(known: null) : "");
        text.Append(CultureInfo.InvariantCulture, $" items {envelope.First}..{envelope.Last}");
        text.Append(envelope.IsOrdered ? string.Create(CultureInfo.InvariantCulture, $" offset {envelope.FirstOffset}") : envelope.Leads ? " leads" : "");
        var items = envelope.Items;
        while (!items.IsEmpty)
        {
            var (kind, body) = EnvelopeItems.Next(ref items);
            text.Append(CultureInfo.InvariantCulture, $"; {kind} {Show(kind, body)}");
        }

        return text.ToString();
    }

    private static string Show(ItemKind kind, ReadOnlyMemory<byte> body)
    {
        switch (kind)
        {
            case ItemKind.Left:
                return MemberItem.ReadLeft(body.Span);
            case ItemKind.Joined or ItemKind.Info:
                var (member, connectionId) = MemberItem.ReadJoined(body.Span);
                return $"{member.UserId} by {connectionId} {member.UserInfo}";
            default:
                string? lastEvent = null;
                var message = MessageItem.Read(body, Channel.Public("golden"), offset: 0, ref lastEvent);
                return $"{message.Event}={Encoding.UTF8.GetString(message.Data.Span)}{(message.Except is { } left ? " without " + left : "")}";
        }
    }

    private static async Task SubscribeAsync(TestNode node, RecordingConnection connection, Channel channel, JsonElement info) =>
        (await node.Broadcaster.SubscribeAsync(new SubscribeRequest { ConnectionId = connection.Id, HasSocket = true, Channel = channel, UserId = "ada", UserInfo = info }).InTimeAsync())
            .Should().Be(SubscribeOutcome.Subscribed);

    private async Task<Wiretap> ListenAsync(Channel channel)
    {
        var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis.Server.EndPoint);
        var wire = new Wiretap(multiplexer);
        await multiplexer.GetSubscriber().SubscribeAsync(new RedisChannel("rf:msg:" + channel.WireName, RedisChannel.PatternMode.Literal), (_, payload) => wire.Take(payload!));
        return wire;
    }

    private sealed class Wiretap(ConnectionMultiplexer multiplexer) : IDisposable
    {
        private readonly ConcurrentQueue<byte[]> _pushed = new();

        public IDatabase Database => multiplexer.GetDatabase();

        public void Take(byte[] payload) => _pushed.Enqueue(payload);

        public async Task<byte[]> NextAsync()
        {
            byte[]? next = null;
            await Wait.UntilAsync(() => _pushed.TryDequeue(out next), "something is pushed");
            return next!;
        }

        public void Dispose() => multiplexer.Dispose();
    }
}
