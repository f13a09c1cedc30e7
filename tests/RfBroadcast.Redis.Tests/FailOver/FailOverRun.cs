using System.Diagnostics;
using System.Globalization;

namespace RfBroadcast.Redis.Tests.FailOver;

/// <summary>
/// Two nodes, one that publishes numbers on a channel with history and one with a client; keeps what was accepted, and where. A client that is told of a gap
/// comes back with its position, as a real one does.
/// </summary>
internal sealed class FailOverRun : IAsyncDisposable
{
    private readonly TestNode _publisher;
    private readonly TestNode _node;
    private readonly Channel _channel;
    private readonly RecordingConnection _client;
    private readonly List<(int Number, ChannelPosition Position)> _accepted = [];
    private int _next;

    private FailOverRun(Action<RedisBroadcastOptions> configure, Channel channel)
    {
        _publisher = new TestNode(configure);
        _node = new TestNode(configure);
        _channel = channel;
        _client = _node.Connect("9.1");
    }

    /// <summary>The epochs that messages were accepted in, in order.</summary>
    public IReadOnlyList<string> Epochs => [.. _accepted.Select(one => one.Position.Epoch).Distinct()];

    /// <summary>How many sessions with Redis the two nodes have had.</summary>
    public long SessionCount => _publisher.Broadcaster.Link.SessionCount + _node.Broadcaster.Link.SessionCount;

    public static async Task<FailOverRun> StartAsync(Action<RedisBroadcastOptions> configure, Channel channel)
    {
        var run = new FailOverRun(configure, channel);
        await run._node.Broadcaster.JoinAsync(run._client, channel);
        return run;
    }

    /// <summary>Publishes the next numbers, and waits until the client has them.</summary>
    public async Task SayAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Accept(++_next, await _publisher.Broadcaster.SayAsync(_channel, _next));
        }

        await _client.UntilAsync(frames => frames.Any(frame => frame.Data == Text(_next)));
    }

    /// <summary>Does something to the master, and tries to publish until it is accepted again.</summary>
    /// <returns>How long after it began the first was accepted.</returns>
    public async Task<TimeSpan> OutageAsync(Func<Task> action)
    {
        await action();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Wait.Limit)
        {
            var number = ++_next;
            try
            {
                Accept(number, await _publisher.Broadcaster.SayAsync(_channel, number));
                return Stopwatch.GetElapsedTime(started);
            }
            catch (BroadcasterUnavailableException)
            {
                // Whether it was sent or not: if so it is seen once, and in order.
            }
        }

        throw new TimeoutException("Publishing never worked again.");
    }

    /// <summary>
    /// Waits until the client gets new messages, and checks: no position was given out twice, and what the client saw has neither gaps nor repeats
    /// but where it was told so.
    /// </summary>
    public async Task EverythingIsSeenOrToldAsync()
    {
        // Told of a gap, or not: it subscribes again then, as often as it takes.
        var last = 0;
        using var limit = new CancellationTokenSource(Wait.Limit);
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            if (!_node.Hub.IsSubscribed(_client.Id, _channel))
            {
                var seen = _client.Frames.LastOrDefault(frame => frame is { Kind: "event" });
                await _node.Broadcaster.JoinAsync(_client, _channel, seen is null ? null : new ChannelPosition(EpochOf(seen), seen.Offset));
            }

            last = ++_next;
            Accept(last, await _publisher.Broadcaster.SayAsync(_channel, last));
            try
            {
                await _client.UntilAsync(frames => frames.Any(frame => frame.Data == Text(last))).WaitAsync(TimeSpan.FromSeconds(1), limit.Token);
                break;
            }
            catch (TimeoutException)
            {
                // It was told of a gap meanwhile, or healing takes longer.
            }
        }

        _accepted.Select(one => one.Position).Should().OnlyHaveUniqueItems("no position is given out twice");
        Check();
    }

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        await _node.DisposeAsync();
    }

    private string EpochOf(Frame seen) => _accepted.FirstOrDefault(one => Text(one.Number) == seen.Data).Position.Epoch ?? "unknown";

    private void Check()
    {
        var previous = 0;
        var wasTold = false;
        foreach (var frame in _client.Frames)
        {
            if (frame.Kind != "event")
            {
                wasTold |= frame.Kind == "unsubscribed" || frame is { Kind: "subscribed", Recovered: false };
                continue;
            }

            var number = int.Parse(frame.Data!, CultureInfo.InvariantCulture);
            number.Should().BeGreaterThan(previous, "nothing is repeated, and all is in order");
            if (!wasTold)
            {
                Enumerable.Range(previous + 1, number - previous - 1).Where(skipped => _accepted.Any(one => one.Number == skipped))
                    .Should().BeEmpty("the client was not told of a gap");
            }

            (previous, wasTold) = (number, false);
        }
    }

    private void Accept(int number, ChannelReceipt receipt) =>
        _accepted.Add((number, receipt.Position ?? throw new InvalidOperationException("The channel keeps its history.")));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
