namespace RfBroadcast.Redis.Tests;
public sealed class BasicTests
{
    [Fact]
    public async Task Broadcast_OnAnotherNode_ArrivesInOrder()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var a = new TestNode(redis.EndPoint);
        await using var b = new TestNode(redis.EndPoint);
        var connection = b.Connect("1.1");
        await b.Broadcaster.JoinAsync(connection, Channel.Public("news"));
        for (var i = 0; i < 100; i++)
        {
            await a.Broadcaster.SayAsync(Channel.Public("news"), i);
        }

        await connection.UntilEventsAsync(100);
        connection.Data.Should().Equal(Enumerable.Range(0, 100).Select(i => FormattableString.Invariant($"{i}")));
    }

    [Fact]
    public async Task History_OnAnotherNode_IsRecovered()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var a = new TestNode(redis.EndPoint);
        await using var b = new TestNode(redis.EndPoint);
        var channel = Channel.Public("history.x");
        var receipts = new List<ChannelReceipt>();
        for (var i = 0; i < 10; i++)
        {
            receipts.Add(await a.Broadcaster.SayAsync(channel, i));
        }

        receipts.Select(receipt => receipt.Position!.Value.Offset).Should().Equal(Enumerable.Range(1, 10).Select(i => (long)i));
        var connection = b.Connect("1.1");
        await b.Broadcaster.JoinAsync(connection, channel, since: receipts[4].Position);
        await a.Broadcaster.SayAsync(channel, 10);
        await connection.UntilEventsAsync(6);
        connection.Data.Should().Equal("5", "6", "7", "8", "9", "10");
        connection.Offsets.Should().Equal(6, 7, 8, 9, 10, 11);
    }

    [Fact]
    public async Task Presence_AcrossNodes_HasExactEdges()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var a = new TestNode(redis.EndPoint);
        await using var b = new TestNode(redis.EndPoint);
        var channel = Channel.Presence("room");
        var one = a.Connect("1.1", "one");
        var two = b.Connect("2.1", "two");
        var twoAgain = a.Connect("1.2", "two");
        await a.Broadcaster.JoinAsync(one, channel);
        await b.Broadcaster.JoinAsync(two, channel);
        await a.Broadcaster.JoinAsync(twoAgain, channel);
        await one.UntilAsync(frames => frames.Any(frame => frame.Kind == "joined"));
        two.Frames.Single(frame => frame.Kind == "subscribed").Members.Should().Equal("one", "two");
        await a.Broadcaster.UnsubscribeAsync("1.2", channel, UnsubscribeReason.ByApp);
        await b.Broadcaster.UnsubscribeAsync("2.1", channel, UnsubscribeReason.ByApp);
        await one.UntilAsync(frames => frames.Any(frame => frame.Kind == "left"));
        one.Edges.Should().Equal("+two", "-two");
        (await b.Broadcaster.GetMembersAsync(channel)).Select(member => member.UserId).Should().Equal("one");
        (await b.Broadcaster.GetConnectionsAsync(channel)).Should().Equal("1.1");
    }
}
