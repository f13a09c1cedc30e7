using RfBroadcast.Tests.Support;

namespace RfBroadcast.Tests;

/// <summary>What one subscription is told and sent does not depend on what others on its channel were given.</summary>
public sealed class PositionTests
{
    private readonly LocalHub _hub = new(Microsoft.Extensions.Options.Options.Create(new BroadcastOptions()));

    [Theory]
    [InlineData("private-orders")]
    [InlineData("presence-chat")] // whose repeats are read anew
    public async Task Repeat_AnotherWasGivenNewerHistory_TellsItsOwnPosition(string name)
    {
        // A history that nodes share may be ahead of what has arrived on this one: 4 and 5 are still on their way to the first.
        var channel = Channel.Parse(name);
        var (first, second) = (_hub.Connect("1.1"), _hub.Connect("2.2"));
        await CompleteAsync(first, channel, offset: 3);
        await CompleteAsync(second, channel, offset: 5);

        var (_, repeat) = await _hub.BeginSubscribeAsync(BroadcasterExtensions.Request(first, channel));
        if (repeat is not null)
        {
            await repeat.CompleteAsync(new SubscriptionStart());
        }

        first.Frames[^1].Should().BeEquivalentTo(new { Kind = "subscribed", Epoch = "e", Offset = 3L }, "with 5 it would come back without 4 and 5");
        _hub.Publish(channel.Message(4, offset: 4));
        await _hub.DrainAsync(channel);
        first.Offsets.Should().Equal(4);
        second.Offsets.Should().BeEmpty();
    }

    [Fact]
    public async Task Live_LeavesOutItsFormerIdOnly_ComesWhateverElseIsInTheBatch()
    {
        var channel = Channel.Private("orders");
        var client = _hub.Connect("1.1");
        await CompleteAsync(client, channel, offset: 0, previousId: "1.0");
        var other = _hub.Connect("2.2");
        await CompleteAsync(other, channel, offset: 0);
        using (var blocker = new Blocker(other))
        {
            _hub.Publish(channel.Message("first"));
            await blocker.Blocked.InTimeAsync();
            _hub.Publish(channel.Message("not the former", except: "1.0"));
            _hub.Publish(channel.Message("not this one", except: "1.1"));
        }

        _hub.Publish(channel.Message("not the former again", except: "1.0"));
        await _hub.DrainAsync(channel);

        client.Data.Should().Equal("first", "not the former", "not the former again");
    }

    private async Task CompleteAsync(RecordingConnection connection, Channel channel, long offset, string? previousId = null)
    {
        var (_, pending) = await _hub.BeginSubscribeAsync(BroadcasterExtensions.Request(connection, channel) with { PreviousConnectionId = previousId });
        (await pending!.CompleteAsync(new SubscriptionStart { Position = new ChannelPosition("e", offset) })).Should().BeTrue(); // a first one
    }
}
