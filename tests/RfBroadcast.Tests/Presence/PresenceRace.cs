using System.Collections.Concurrent;
using RfBroadcast.Tests.Support;

namespace RfBroadcast.Tests;

/// <summary>
/// The steps of the presence model on several threads at once, many of them on the same connections. What comes is checked as it
/// comes (no edge twice, none about oneself, nothing outside a subscription), and all must agree in the end.
/// </summary>
internal sealed class PresenceRace(int seed) : IDisposable
{
    private const int Places = 8;
    private static readonly string[] Users = ["ada", "bob", "cy"];
    private static readonly Channel[] Channels = [Channel.Presence("a"), Channel.Presence("b")];

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingConnection?[] _places = new RecordingConnection?[Places];
    private readonly List<RecordingConnection> _all = [];
    private readonly ConcurrentDictionary<string, int> _closed = new(StringComparer.Ordinal); // how many frames a client got before it closed
    private MemoryBroadcaster _broadcaster = null!; // until RunAsync
    private int _connections;

    public void Dispose() => _broadcaster.Dispose();

    public async Task RunAsync(int threads, int steps)
    {
        _broadcaster = new MemoryBroadcaster(new BroadcastOptions { PresenceGrace = PresenceTruth.Grace }, _time);
        using var stop = new CancellationTokenSource();
        var clock = Task.Run(() => RunClock(stop.Token));
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(() => StepAsync(new Random(seed + thread), steps)))).InTimeAsync();
        await stop.CancelAsync();
        await clock.InTimeAsync();

        _time.Advance(TimeSpan.FromSeconds(10));
        await LookAsync();
        await EndAsync();
    }

    private static async Task LeaveAsync(MemoryBroadcaster broadcaster, string id, Channel channel, int code) =>
        await broadcaster.UnsubscribeAsync(id, channel, new UnsubscribeReason(code));

    private void RunClock(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _time.Advance(TimeSpan.FromSeconds(0.5));
            Thread.Yield();
        }
    }

    private async Task StepAsync(Random random, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            var place = random.Next(Places);
            var connection = Volatile.Read(ref _places[place]) ?? Connect(place);
            var channel = Channels[random.Next(Channels.Length)];
            switch (random.Next(10))
            {
                case < 5:
                    await _broadcaster.SubscribeAsync(BroadcasterExtensions.Request(connection, channel));
                    break;
                case < 8:
                    await LeaveAsync(_broadcaster, connection.Id, channel, random.Next(3) switch { 0 => 0, 1 => 2001, _ => 2501 });
                    break;
                default:
                    Interlocked.CompareExchange(ref _places[place], null, connection);
                    _closed.TryAdd(connection.Id, connection.Frames.Count);
                    await _broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce: random.Next(2) == 0);
                    break;
            }
        }
    }

    private RecordingConnection Connect(int place)
    {
        var connection = _broadcaster.Hub.Connect($"{Interlocked.Increment(ref _connections)}.{place}", Users[place % Users.Length]);
        lock (_all)
        {
            _all.Add(connection);
        }

        // Another thread may have been here as well: this one is then a tab that is never closed until the end.
        Volatile.Write(ref _places[place], connection);
        return connection;
    }

    private async Task LookAsync()
    {
        var observers = _all.ToDictionary(connection => connection.Id, connection => new PresenceObserver(connection));
        foreach (var channel in Channels)
        {
            await _broadcaster.Hub.DrainAsync(channel);
        }

        foreach (var (id, observer) in observers)
        {
            observer.Look(limit: _closed.GetValueOrDefault(id, int.MaxValue));
        }

        foreach (var channel in Channels)
        {
            var subscribed = _broadcaster.Hub.GetConnections(channel);
            var truth = _all.Where(connection => subscribed.Contains(connection.Id)).Select(connection => connection.UserId).Distinct().ToList();
            (await _broadcaster.GetMembersAsync(channel)).Select(member => member.UserId).Should().BeEquivalentTo(truth);
            foreach (var id in subscribed)
            {
                observers[id].Members(channel).Should().BeEquivalentTo(truth, $"that is what {id} must see on {channel}");
            }
        }
    }

    private async Task EndAsync()
    {
        foreach (var connection in _all)
        {
            await _broadcaster.RemoveConnectionAsync(connection.Id, leaveAtOnce: true);
        }

        await Wait.UntilAsync(() => _broadcaster.Hub is { ConnectionCount: 0, ChannelCount: 0 }, "the hub is empty");
        _broadcaster.Presence.ChannelCount.Should().Be(0);
        _time.RunningTimers.Should().Be(0);
    }
}
