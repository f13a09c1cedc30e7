using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RfBroadcast.RedisNode;

namespace RfBroadcast.Redis.Tests.Receiving;

/// <summary>Messages without history keep their publisher's order, whatever the order of the client library's callbacks; what never comes is counted.</summary>
public sealed class PlainOrderTests : IDisposable
{
    private const int Messages = 60;

    private static readonly Channel News = Channel.Public("news");

    private readonly ManualTimeProvider _time = new();
    private readonly TimerWheel _wheel;
    private readonly RedisMetrics _metrics = new(meters: null);
    private readonly LocalHub _hub = new(Options.Create(new BroadcastOptions()));
    private readonly ChannelFeed _feed;

    public PlainOrderTests()
    {
        _wheel = new TimerWheel(_time);
        _feed = new ChannelFeed(News, new RedisKeys("rf:", database: 0).Of(News), new BroadcastOptions().Channels.Of(News), new FeedServices
        {
            Hub = _hub,
            Link = null!, // plain messages ask Redis nothing
            Reader = null!,
            Budget = new ReceiveBudget(long.MaxValue),
            Options = new RedisBroadcastOptions(),
            Metrics = _metrics,
            Wheel = _wheel,
            Time = _time,
            Logger = NullLogger.Instance,
            Ended = (_, _) => { },
            StoreChanged = _ => { },
        });
    }

    public void Dispose()
    {
        _wheel.Dispose();
        _metrics.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Callbacks_InAnyOrder_KeepThePublishersOrder(int seed)
    {
        var connection = await JoinAsync();
        var numbers = Enumerable.Range(0, Messages).ToArray();
        new Random(seed).Shuffle(numbers);

        Receive(numbers);

        await connection.UntilEventsAsync(Messages);
        connection.Data.Should().Equal(Texts(Enumerable.Range(0, Messages)));
    }

    [Fact]
    public async Task Push_Lost_IsCountedAndTheRestGoesOn()
    {
        using var figures = new Figures();
        var connection = await JoinAsync();

        Receive(0, 1, 4, 5);
        await connection.UntilEventsAsync(2);
        _time.Advance(TimeSpan.FromSeconds(1));

        await connection.UntilEventsAsync(4);
        connection.Data.Should().Equal("0", "1", "4", "5");
        figures.All()[RedisBroadcastTelemetry.Lost].Should().Be(2);

        Receive(3, 6); // too late, and the next
        await connection.UntilEventsAsync(5);
        connection.Data.Should().Equal("0", "1", "4", "5", "6");
    }

    [Fact]
    public async Task Receive_SeveralMessagesInAnEnvelope_AreOneBatch()
    {
        var connection = await JoinAsync();

        for (var first = 0; first < Messages; first += 3)
        {
            ReceiveTogether(first, first + 1, first + 2);
            await connection.UntilEventsAsync(first + 3); // the pump has nothing to do when the next one comes
        }

        connection.Data.Should().Equal(Texts(Enumerable.Range(0, Messages)));
        connection.Slices.Should().OnlyContain(slice => slice.Count == 3);
    }

    private static IEnumerable<string> Texts(IEnumerable<int> numbers) => numbers.Select(number => number.ToString(CultureInfo.InvariantCulture));

    private async Task<RecordingConnection> JoinAsync()
    {
        var connection = _hub.Connect("1.1");
        await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = connection.Id, Channel = News });
        return connection;
    }

    private void Receive(params int[] numbers)
    {
        foreach (var number in numbers)
        {
            ReceiveTogether(number);
        }
    }

    private void ReceiveTogether(params int[] numbers)
    {
        var messages = Array.ConvertAll(numbers, number => News.Message(number));
        var envelope = new byte[Envelope.PlainHeader + messages.Sum(MessageItem.SizeOf)];
        Envelope.WritePlainHeader(envelope, publisher: 7, numbers[0], leads: numbers[0] == 0);
        var rest = envelope.AsSpan(Envelope.PlainHeader);
        foreach (var message in messages)
        {
            MessageItem.Write(ref rest, message, ItemKind.Passing);
        }

        _feed.Receive(session: null!, envelope); // it is open in none
    }
}
