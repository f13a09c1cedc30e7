using System.Globalization;

namespace RfBroadcast.Redis.Tests.Publishing;

/// <summary>How what waits is cut into batches, over all channels, and how a batch becomes one run for each channel.</summary>
public sealed class PublishLineTests : IBatchSender
{
    private readonly List<PendingPublish> _batches = [];
    private readonly PublishLine _line;

    public PublishLineTests() => _line = new PublishLine(this, isOrdered: false);

    bool IBatchSender.IsCluster => false;

    void IBatchSender.Send(PublishLine line, PendingPublish batch) => _batches.Add(batch);

    [Fact]
    public void Add_LittleIsUnderWay_GoesAtOnce()
    {
        var news = ChannelOf("news");

        for (var i = 0; i < 4; i++)
        {
            Add(news, i);
        }

        _batches.Select(Texts).Should().BeEquivalentTo([["0"], ["1"], ["2"], (string[])["3"]], options => options.WithStrictOrdering());
    }

    [Fact]
    public void Add_MuchIsUnderWay_OtherChannelsShareTheNextBatchInOrder()
    {
        var (news, sports) = (ChannelOf("news"), ChannelOf("sports"));
        for (var i = 0; i < 4; i++)
        {
            Add(news, i);
        }

        Add(news, 4);
        Add(sports, 5);
        Add(news, 6);
        _batches.Should().HaveCount(4);
        _line.Done();

        _batches.Should().HaveCount(5);
        var first = _batches[4].GatherRuns();
        var second = first.NextRun!;
        (first.Target, second.Target).Should().Be((news, sports));
        Texts(first).Should().Equal("4", "6");
        Texts(second).Should().Equal("5");
        (second.NextRun is null).Should().BeTrue();
    }

    [Fact]
    public void Add_AFullBatchWaits_ItGoesAtOnce()
    {
        var channels = Enumerable.Range(0, 8).Select(number => ChannelOf(string.Create(CultureInfo.InvariantCulture, $"room.{number}"))).ToArray();
        var number = 0;
        while (_batches.Count < 5)
        {
            Add(channels[number % channels.Length], number);
            number++;
        }

        number.Should().Be(4 + 128);
        var runs = Runs(_batches[4].GatherRuns());
        runs.Should().HaveCount(channels.Length);
        runs.Should().OnlyContain(run => Texts(run).Length == 128 / channels.Length);
        runs.Select(run => run.Target).Should().Equal(channels[4..].Concat(channels[..4]));
    }

    [Fact]
    public void Add_WithAnIdempotencyKey_IsABatchByItself()
    {
        var news = ChannelOf("news");
        for (var i = 0; i < 4; i++)
        {
            Add(news, i);
        }

        Add(news, 4);
        Add(news, 5, "key");
        Add(news, 6);
        Add(news, 7);
        for (var i = 0; i < 3; i++)
        {
            _line.Done();
        }

        _batches.Skip(4).Select(Texts).Should().BeEquivalentTo([["4"], ["5"], (string[])["6", "7"]], options => options.WithStrictOrdering());
    }

    [Fact]
    public void Add_MoreBytesThanABatchHas_IsCut()
    {
        var news = ChannelOf("news");
        for (var i = 0; i < 4; i++)
        {
            Add(news, i);
        }

        foreach (var _ in (int[])[1, 2, 3])
        {
            Add(news, new string('x', 30_000));
        }

        _line.Done();
        Texts(_batches[4]).Should().HaveCount(2);
        _line.Done();
        Texts(_batches[5]).Should().HaveCount(1);
    }

    [Fact]
    public void Retire_SomethingIsPending_OnlyAfterItsOutcome()
    {
        var news = ChannelOf("news");
        Add(news, 1);

        news.TryRetire(notUsedSince: long.MaxValue).Should().BeFalse();
        _batches[0].FailAll(new TimeoutException());
        news.TryRetire(notUsedSince: long.MinValue).Should().BeFalse();
        news.TryRetire(notUsedSince: long.MaxValue).Should().BeTrue();
        news.TryEnter(now: 1).Should().BeFalse();
    }

    private PublishedChannel ChannelOf(string name)
    {
        var channel = Channel.Public(name);
        return new PublishedChannel(channel, new RedisKeys("rf:", database: 0).Of(channel), new BroadcastOptions().Channels.Of(channel), _line, firstSequence: 0);
    }

    private void Add(PublishedChannel channel, object data, string? key = null)
    {
        channel.TryEnter(now: 0).Should().BeTrue();
        _line.Add(new PendingPublish(channel, channel.Channel.Message(data), key, since: 0));
    }

    private static List<PendingPublish> Runs(PendingPublish runs)
    {
        var list = new List<PendingPublish>();
        for (PendingPublish? run = runs; run is not null; run = run.NextRun)
        {
            list.Add(run);
        }

        return list;
    }

    private static string[] Texts(PendingPublish chain)
    {
        var texts = new List<string>();
        for (PendingPublish? publish = chain; publish is not null; publish = publish.Next)
        {
            texts.Add(System.Text.Encoding.UTF8.GetString(publish.Message.Data.Span));
        }

        return [.. texts];
    }
}
