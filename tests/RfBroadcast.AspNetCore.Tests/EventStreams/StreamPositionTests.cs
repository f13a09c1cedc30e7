using System.Buffers;
using System.Globalization;
using System.Text;

namespace RfBroadcast.AspNetCore.Tests.EventStreams;

/// <summary>What an id says, and that it reads back.</summary>
public sealed class StreamPositionTests
{
    private readonly StreamPosition _position = new("1834.2", LastEventId.Parse("1834.1&news=e:41&private-user.=7C=e%3A2:7:1834.0"));

    [Fact]
    public void News_WithoutAny_IsNothing() => News().Should().BeEmpty();

    [Fact]
    public void News_AfterMessages_NamesEveryChannel()
    {
        _position.Pass(Slice("news", 42, 43));

        News().Should().Be("id: 1834.2&news=e:43:1834.1&private-user.%3D7C=e%3A2:7:1834.0\n\n");
        News().Should().BeEmpty();
    }

    [Fact]
    public void News_AfterAStart_IsOfThisConnection()
    {
        _position.Pass(new QueuedItem(Started("news", new ChannelPosition("f", 50))));

        News().Should().Be("id: 1834.2&news=f:50&private-user.%3D7C=e%3A2:7:1834.0\n\n");
    }

    [Fact]
    public void Start_WithoutHistory_ForgetsTheChannel()
    {
        _position.Pass(new QueuedItem(Started("news", null)));

        News().Should().Be("id: 1834.2&private-user.%3D7C=e%3A2:7:1834.0\n\n");
    }

    [Fact]
    public void Messages_OfAChannelThatHasNotStarted_AreNoNews()
    {
        _position.Pass(Slice("other", 1));
        _position.Pass(Slice("news", 40));

        News().Should().BeEmpty();
    }

    [Fact]
    public void News_ReadsBack()
    {
        _position.Pass(new QueuedItem(Started("news", new ChannelPosition("a&b=c:d é\n", long.MaxValue))));

        var read = LastEventId.Parse(News()["id: ".Length..^2]);

        read.Should().BeEquivalentTo(new Dictionary<string, PriorPosition>
        {
            ["news"] = new(new ChannelPosition("a&b=c:d é\n", long.MaxValue), "1834.2"),
            ["private-user.=7C"] = new(new ChannelPosition("e:2", 7), "1834.0"),
        });
    }

    [Fact]
    public void News_OfVeryManyChannels_StaysWithinItsLimit()
    {
        for (var n = 0; n < 200; n++)
        {
            _position.Pass(new QueuedItem(Started(new string('x', 100) + n.ToString(CultureInfo.InvariantCulture), new ChannelPosition("e", 1))));
        }

        var id = News()["id: ".Length..^2];

        id.Length.Should().BeInRange(LastEventId.MaxLength / 2, LastEventId.MaxLength);
        LastEventId.Parse(id).Count.Should().BeGreaterThan(40);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&&&===:::")]
    [InlineData("news=e")]
    [InlineData("news=e:x")]
    [InlineData("news=e:-1")]
    [InlineData("news=:1")]
    [InlineData("news=e:1:2:3")]
    [InlineData("news=e:99999999999999999999")]
    public void Parse_Bad_IsNothing(string id) => LastEventId.Parse(id).Should().BeEmpty();

    [Fact]
    public void Parse_TooLong_IsNothing() => LastEventId.Parse("news=e:1&" + new string('x', LastEventId.MaxLength)).Should().BeEmpty();

    private static SubscribedFrame Started(string channel, ChannelPosition? position) =>
        new(Channel.Parse(channel), RequestId: null, Members: null, position, Recovered: null, RecoveryFailure.None);

    private static BatchSlice Slice(string channel, params long[] offsets) => new(
        new Batch(Channel.Parse(channel), OverflowPolicy.Close, new byte[offsets.Length], [.. offsets.Select((offset, i) => new FrameEntry(i, offset, "e", Except: null))]),
        0,
        offsets.Length);

    private string News()
    {
        var output = new ArrayBufferWriter<byte>();
        _position.WriteNews(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
