using System.Collections.Concurrent;
using System.Globalization;

namespace RfBroadcast.TestHost;

/// <summary>Publishes numbered messages, and knows how many of them were accepted.</summary>
public sealed class Traffic(IBroadcaster broadcaster) : IDisposable
{
    private readonly ConcurrentDictionary<string, int> _accepted = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<Task> _untilTold = [];
    private readonly ConcurrentBag<Task> _untilTheEnd = [];
    private readonly CancellationTokenSource _told = new();
    private readonly CancellationTokenSource _end = new();

    /// <summary>How many messages each channel's publisher got a receipt for.</summary>
    public IReadOnlyDictionary<string, int> All => _accepted;

    /// <summary>The same for one channel.</summary>
    public int Accepted(string channel) => _accepted.GetValueOrDefault(channel);

    /// <summary>Publishes the numbers from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public async Task PublishAsync(string channel, int first, int last, int padding = 0)
    {
        var text = new string('x', padding);
        for (var number = first; number <= last; number++)
        {
            await broadcaster.To(channel).Event("tick").With(string.Create(CultureInfo.InvariantCulture, $"{number} {text}")).SendAsync();
            _accepted[channel] = number;
        }
    }

    /// <summary>Starts a publisher.</summary>
    public void Start(string channel, bool untilTheEnd, int padding) =>
        (untilTheEnd ? _untilTheEnd : _untilTold).Add(Task.Run(() => RunAsync(channel, padding, untilTheEnd ? _end.Token : _told.Token)));

    /// <summary>Stops publishers; what they publish at this moment is accepted and counted when this completes.</summary>
    public async Task StopAsync(bool untilTheEnd)
    {
        await (untilTheEnd ? _end : _told).CancelAsync();
        await Task.WhenAll(untilTheEnd ? _untilTheEnd : _untilTold);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _told.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync(string channel, int padding, CancellationToken stopped)
    {
        for (var number = 1; !stopped.IsCancellationRequested; number++)
        {
            await PublishAsync(channel, number, number, padding);
            if (number % 5 == 0)
            {
                await Task.Delay(50, CancellationToken.None); // a pace that many clients on a small machine can follow
            }
        }
    }
}
