using Microsoft.Extensions.Options;

namespace RfBroadcast.Tests;

public sealed class MemoryBroadcasterTests : IDisposable
{
    private static readonly Channel News = Channel.Public("news");
    private readonly ManualTimeProvider _time = new();
    private readonly BroadcastOptions _options = new();
    private readonly Lazy<MemoryBroadcaster> _made;

    public MemoryBroadcasterTests() => _made = new Lazy<MemoryBroadcaster>(() => new MemoryBroadcaster(_options, _time));

    private MemoryBroadcaster Broadcaster => _made.Value;

    public void Dispose()
    {
        if (_made.IsValueCreated)
        {
            _made.Value.Dispose();
        }
    }

    [Fact]
    public async Task BroadcastAsync_TooManyPending_WaitsForThePumpAndKeepsTheOrder()
    {
        _options.PendingMessages = 8;
        var one = Broadcaster.Hub.Connect("1");
        await Broadcaster.JoinAsync(one, News);
        Task<ChannelReceipt> waiting;
        using (var blocker = new Blocker(one))
        {
            await Broadcaster.SayAsync(News, "first");
            await blocker.Blocked.InTimeAsync();
            for (var i = 0; i < 8; i++)
            {
                await Broadcaster.SayAsync(News, i);
            }

            waiting = Broadcaster.SayAsync(News, "waited");
            using var cancellation = new CancellationTokenSource();
            var call = Broadcaster.BroadcastAsync(new SimpleEvent("e", "cancelled", News), cancellation.Token).AsTask();
            waiting.IsCompleted.Should().BeFalse();
            call.IsCompleted.Should().BeFalse();
            await cancellation.CancelAsync();
            await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
            (await Broadcaster.SayAsync(Channel.Public("other"), 1)).LocalSubscribers.Should().Be(0, "only that channel waits");
        }

        await waiting.InTimeAsync();
        await Broadcaster.SayAsync(News, "after");
        await Broadcaster.Hub.DrainAsync(News);
        one.Data.Should().Equal("\"first\"", "0", "1", "2", "3", "4", "5", "6", "7", "\"waited\"", "\"after\"");
    }

    [Fact]
    public async Task BroadcastAsync_ManyWaitingPublishers_AllGetThrough()
    {
        _options.PendingMessages = 2;
        _options.Channels.For("news", c => c.KeepHistory(1000, TimeSpan.FromHours(1)));
        var one = Broadcaster.Hub.Connect("1");
        await Broadcaster.JoinAsync(one, News);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(publisher => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await Broadcaster.SayAsync(News, publisher);
            }
        }))).InTimeAsync();

        await Broadcaster.Hub.DrainAsync(News);
        one.Offsets.Should().Equal(Enumerable.Range(1, 800).Select(i => (long)i));
    }

    [Fact]
    public void Constructor_WrongOptions_NamesTheSettings() =>
        FluentActions.Invoking(() => new MemoryBroadcaster(new BroadcastOptions { MaxPayloadBytes = 1, PendingMessages = 0 }))
            .Should().Throw<OptionsValidationException>().WithMessage("*Broadcasting:MaxPayloadBytes*Broadcasting:PendingMessages*");

    [Fact]
    public void Timers_NothingToWaitFor_StandStill()
    {
        _options.Channels.For("news", c => c.KeepHistory(10, TimeSpan.FromMinutes(1)));
        _ = Broadcaster;

        _time.RunningTimers.Should().Be(0);
    }
}
