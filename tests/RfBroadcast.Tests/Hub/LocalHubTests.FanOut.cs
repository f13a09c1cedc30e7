namespace RfBroadcast.Tests;

/// <summary>What the fan-out of a channel sends to whom.</summary>
public sealed partial class LocalHubTests
{
    [Fact]
    public async Task Publish_SeveralPublishersAndSubscribers_AllSeeOneOrder()
    {
        const int Publishers = 4, Messages = 500;
        var connections = Enumerable.Range(0, 10).Select(i => _hub.Connect($"c{i}")).ToArray();
        foreach (var connection in connections)
        {
            await Subscribe(connection.Id);
        }

        using var start = new Barrier(Publishers);
        await Task.WhenAll(Enumerable.Range(0, Publishers).Select(publisher => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (var i = 0; i < Messages; i++)
                {
                    _hub.Publish(News.Message(publisher * 1000 + i));
                }
            },
            TaskCreationOptions.LongRunning))).InTimeAsync();
        await _hub.DrainAsync(News);

        var order = connections[0].Data.Select(data => int.Parse(data!, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        order.Should().HaveCount(Publishers * Messages);
        order.GroupBy(data => data / 1000).Should().AllSatisfy(own => own.Should().BeInAscendingOrder("each publisher sees its own order"));
        connections.Should().AllSatisfy(connection => connection.Data.SequenceEqual(connections[0].Data).Should().BeTrue());
    }

    [Fact]
    public async Task Publish_Except_LeavesOutInsideABatch()
    {
        var (a, b, c) = (_hub.Connect("a"), _hub.Connect("b"), _hub.Connect("c"));
        foreach (var id in new[] { "a", "b", "c" })
        {
            await Subscribe(id);
        }

        using (await Block(c))
        {
            for (var i = 0; i < 9; i++)
            {
                _hub.Publish(News.Message(i, except: (i % 3) switch { 1 => "a", 2 => "b", _ => null }));
            }
        }

        await _hub.DrainAsync(News);
        a.Data.Should().Equal("blocked", "0", "2", "3", "5", "6", "8");
        b.Data.Should().Equal("blocked", "0", "1", "3", "4", "6", "7");
        c.Data.Should().Equal("blocked", "0", "1", "2", "3", "4", "5", "6", "7", "8");
        c.Slices[^1].Count.Should().Be(9, "it was one batch");
        a.Slices.Skip(1).Select(slice => slice.Batch).Distinct().Should().Equal([c.Slices[^1].Batch], "nobody's bytes are copied");

        _hub.Publish(News.Message("all"));
        await _hub.DrainAsync(News);
        a.Data[^1].Should().Be("all", "it was left out of that batch only");
    }

    [Fact]
    public async Task Publish_SeveralMessagesAtOnce_AreOneBatch()
    {
        var connection = _hub.Connect("a");
        _hub.Publish(News, [News.Message("unheard")]).Should().Be(0);
        await Subscribe("a");
        for (var i = 0; i < 100; i++)
        {
            _hub.Publish(News, [News.Message(i), News.Message(i), News.Message(i)]).Should().Be(1);
            await _hub.DrainAsync(News); // the pump has nothing to do when the next ones come
        }

        connection.Data.Should().HaveCount(300);
        connection.Slices.Should().OnlyContain(slice => slice.Count == 3);
        _hub.Publish(News, []).Should().Be(1);
    }

    [Fact]
    public async Task Publish_ManyMessages_MakesBatchesOfAtMost64KiBWithARightIndex()
    {
        var (a, blocked) = (_hub.Connect("a"), _hub.Connect("b"));
        await Subscribe("a");
        await Subscribe("b");
        var sizes = new[] { 10, 3_000, 20_000, 40_000, 65_400, 100_000, 1, 66_000, 66_000, 5, 30_000, 30_000, 30_000 };
        using (await Block(blocked))
        {
            for (var i = 0; i < sizes.Length; i++)
            {
                _hub.Publish(News.Message(new string((char)('a' + i), sizes[i]), offset: i + 1));
            }
        }

        await _hub.DrainAsync(News);

        // The recording connection decodes each frame by the index, and compares it with the whole.
        var slices = a.Slices.Skip(1).ToArray();
        a.Data.Skip(1).Select(data => data!.Length).Should().Equal(sizes);
        slices.Should().AllSatisfy(slice => (slice.Count == 1 || slice.Length <= Batch.MaxBytes).Should().BeTrue());
        slices.SelectMany(slice => slice.Frames.ToArray()).Select(frame => frame.Order).Should().Equal(Enumerable.Range(1, sizes.Length).Select(i => (long)i));
        slices.SelectMany(slice => slice.Frames.ToArray()).Should().OnlyContain(frame => frame.Event == "e" && !frame.IsEdge);
        slices.Length.Should().BeLessThan(sizes.Length, "small ones go together");
    }

    [Fact]
    public async Task Publish_TwoProtocols_EncodesOnceForEach()
    {
        var (one, two, unused) = (new LineProtocol("one"), new LineProtocol("two"), new LineProtocol("unused"));
        for (var i = 0; i < 20; i++)
        {
            var connection = _hub.Connect($"c{i}", protocol: i % 2 == 0 ? one : two);
            await Subscribe(connection.Id);
        }

        var last = _hub.Connect("last", protocol: unused);
        await Subscribe("last");
        await _hub.RemoveConnectionAsync("last");
        for (var i = 0; i < 50; i++)
        {
            _hub.Publish(News.Message(i));
        }

        await _hub.DrainAsync(News);
        one.MessagesEncoded.Should().Be(50);
        two.MessagesEncoded.Should().Be(50);
        unused.MessagesEncoded.Should().Be(0, "nobody who speaks it is left");
        _hub.Connections.Cast<RecordingConnection>().Should().AllSatisfy(connection => connection.Data.Should().HaveCount(50));
        last.Data.Should().BeEmpty();
    }

    [Fact]
    public async Task Publish_MessageThatCannotBeEncoded_IsLoggedAndTheOthersArrive()
    {
        var connection = _hub.Connect("a", protocol: new LineProtocol { Unencodable = "bad" });
        await Subscribe("a");
        using (await Block(connection))
        {
            _hub.Publish(News.Message(1));
            _hub.Publish(News.Message(2, name: "bad"));
            _hub.Publish(News.Message(3));
        }

        await _hub.DrainAsync(News);
        connection.Data.Should().Equal("blocked", "1", "3");
        _logger.Entries.Should().ContainSingle().Which.Id.Should().Be(1003);
        connection.CloseCode.Should().BeNull();
    }

    [Fact]
    public async Task Publish_ConnectionThatThrows_IsClosedLoggedAndHarmsNobody()
    {
        var (failing, other) = (_hub.Connect("a"), _hub.Connect("b"));
        await Subscribe("a");
        await Subscribe("b");
        failing.Sending = () => throw new InvalidOperationException("broken");
        failing.Closing = () => throw new InvalidOperationException("that too");

        for (var i = 0; i < 10; i++)
        {
            _hub.Publish(News.Message(i));
            await _hub.DrainAsync(News);
        }

        other.Data.Should().HaveCount(10);
        failing.SendCalls.Should().Be(1, "it is sent nothing any more");
        _logger.Entries.Select(entry => entry.Id).Should().Equal([1002, 1002], "once for the send and once for the close");
        _logger.Entries[0].Message.Should().Contain("\"a\"".Trim('"'));
        (await _hub.RemoveConnectionAsync("a")).Should().HaveCount(1);
    }

    [Fact]
    public async Task Publish_ConnectionThatThrows_IsClosedWith1011()
    {
        var failing = _hub.Connect("a");
        await Subscribe("a");
        failing.Sending = () => throw new InvalidOperationException("broken");

        _hub.Publish(News.Message(1));
        await _hub.DrainAsync(News);

        failing.CloseCode.Should().Be(1011);
    }

    [Fact]
    public async Task Publish_ConnectionThatWasClosed_HarmsNobody()
    {
        var (closed, other) = (_hub.Connect("a"), _hub.Connect("b"));
        await Subscribe("a");
        await Subscribe("b");
        closed.Close(4001, "bye");
        _hub.Publish(News.Message(1));
        await _hub.RemoveConnectionAsync("a");
        _hub.Publish(News.Message(2));
        await _hub.DrainAsync(News);

        other.Data.Should().Equal("1", "2");
        closed.Data.Should().Equal("1");
    }

    [Fact]
    public void Publish_Direct_GoesToTheOneConnection()
    {
        var connection = _hub.Connect("a");

        _hub.Publish(new DirectMessage("a", "hi", "5"u8.ToArray(), default)).Should().BeTrue();
        _hub.Publish(new DirectMessage("b", "hi", "5"u8.ToArray(), default)).Should().BeFalse();

        connection.Frames.Should().Equal(new Frame { Kind = "direct", Event = "hi", Data = "5" });
    }

    [Fact]
    public async Task Publish_DirectToAnIdWithoutASocket_IsFalse()
    {
        await Subscribe("server-1");

        _hub.Publish(new DirectMessage("server-1", "hi", "5"u8.ToArray(), default)).Should().BeFalse();
    }

    [Fact]
    public void Publish_NobodySubscribed_MakesNoChannel()
    {
        _hub.Publish(News.Message(1)).Should().Be(0);
        _hub.ChannelCount.Should().Be(0);
        _hub.HasRoom(News).Should().BeTrue();
        _hub.WaitForRoomAsync(News, default).AsTask().IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task Publish_SlowChannel_DoesNotDelayAnother()
    {
        var (slow, fast) = (_hub.Connect("slow"), _hub.Connect("fast"));
        var other = Channel.Public("other");
        await Subscribe("slow");
        await _hub.SubscribeAsync(new SubscribeRequest { ConnectionId = "fast", Channel = other });
        using (await Block(slow))
        {
            _hub.Publish(other.Message(1));
            await fast.UntilEventsAsync(1);
        }
    }
}
