namespace RfBroadcast.Tests;

/// <summary>
/// What a client is sent that subscribes to a channel with history, where the suite of all broadcasters cannot look: the size of
/// batches, what cannot be encoded, and (in the other part) what happens while the history is read.
/// </summary>
public sealed partial class RecoveryTests : IDisposable
{
    private static readonly Channel Orders = Channel.Private("orders.7");
    private readonly ManualTimeProvider _time = new();
    private readonly BroadcastOptions _options = new() { RecoveryBytes = 4096 };
    private readonly MemoryBroadcaster _broadcaster;
    private readonly RecordingConnection _client;

    public RecoveryTests()
    {
        _options.Channels.For("orders.{id}", c => c.KeepHistory(100, TimeSpan.FromMinutes(5)));
        _broadcaster = new MemoryBroadcaster(_options, _time);
        _client = Hub.Connect("1.1");
    }

    private LocalHub Hub => _broadcaster.Hub;

    private Frame Subscribed => _client.Frames.Single(frame => frame.Kind == "subscribed");

    public void Dispose() => _broadcaster.Dispose();

    [Fact]
    public async Task Missed_LargerThanABatch_ComesInSeveral()
    {
        var options = new BroadcastOptions();
        options.Channels.For("orders.{id}", c => c.KeepHistory(100, TimeSpan.FromMinutes(5)));
        using var broadcaster = new MemoryBroadcaster(options, _time);
        var client = broadcaster.Hub.Connect("1");
        for (var i = 0; i < 5; i++)
        {
            await broadcaster.SayAsync(Orders, new string('x', 30_000));
        }

        await broadcaster.JoinAsync(client, Orders, last: 5);

        client.Offsets.Should().Equal(1, 2, 3, 4, 5);
        client.Slices.Should().HaveCount(3).And.OnlyContain(slice => slice.Length <= Batch.MaxBytes);
    }

    [Fact]
    public async Task Missed_OneCannotBeEncoded_TheOthersArrive()
    {
        var client = Hub.Connect("3.3", protocol: new LineProtocol { Unencodable = "bad" });
        await Say(1, 1);
        await _broadcaster.BroadcastAsync(new SimpleEvent("bad", 2, Orders));
        await Say(3, 3);

        await _broadcaster.JoinAsync(client, Orders, last: 3);

        client.Offsets.Should().Equal(1, 3);
    }

    private static SubscriptionStart Start(ChannelHistoryPage page) =>
        new() { Position = page.Top, Missed = page.Messages, Recovered = page.Failure == RecoveryFailure.None, Failure = page.Failure };

    private async Task<ChannelPosition> Say(int first, int last)
    {
        ChannelPosition top = default;
        for (var i = first; i <= last; i++)
        {
            top = (await _broadcaster.SayAsync(Orders, i)).Position!.Value;
        }

        return top;
    }
}
