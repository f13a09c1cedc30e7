using System.Diagnostics;

namespace RfBroadcast.Benchmarks;

/// <summary>The app inside the server process: it publishes numbered messages, round robin over its channels, and awaits each.</summary>
internal sealed class Publisher(IPublishedChannel[] channels)
{
    private readonly long[] _numbers = new long[channels.Length];
    private int _turn;

    /// <summary>The payloads' padding: one for all, or several in turn.</summary>
    public byte[][] Paddings { get; set; } = [[]];

    /// <summary>Publishes as fast as it is let.</summary>
    /// <returns>How long it took, in nanoseconds.</returns>
    public Task<long> BurstAsync(int count) => Task.Run(async () =>
    {
        var start = Stopwatch.GetTimestamp();
        for (var index = 0; index < count; index++)
        {
            await PublishNextAsync();
        }

        return Stopwatch.GetTimestamp() - start;
    });

    /// <summary>Publishes at a rate. A message that is late goes out as soon as it can, so the rate is kept.</summary>
    /// <returns>How long it took, in nanoseconds.</returns>
    public Task<long> SteadyAsync(double perSecond, int count) => Task.Run(async () =>
    {
        var interval = TimeSpan.FromSeconds(1 / perSecond);
        var period = TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor(interval.TotalMilliseconds)));
        using var timer = new PeriodicTimer(period);
        await timer.WaitForNextTickAsync();
        var start = Stopwatch.GetTimestamp();
        for (var index = 0; index < count;)
        {
            // A tick may come a little early or late; within half a period it counts as on time.
            for (; index < count && Stopwatch.GetElapsedTime(start) + (period / 2) >= interval * index; index++)
            {
                await PublishNextAsync();
            }

            await timer.WaitForNextTickAsync();
        }

        return Stopwatch.GetTimestamp() - start;
    });

    /// <summary>Publishes for a time with many under way: the next one begins when the earliest is accepted.</summary>
    public Task<Published> PipelineAsync(TimeSpan time, int underWay) => PipelineAsync(time, long.MaxValue, underWay);

    /// <summary>As <see cref="BurstAsync(int)"/>, but with many under way.</summary>
    /// <returns>How long it took, in nanoseconds.</returns>
    public async Task<long> BurstAsync(int count, int underWay) => (await PipelineAsync(TimeSpan.FromDays(1), count, underWay)).Nanoseconds;

    private Task<Published> PipelineAsync(TimeSpan time, long most, int underWay) => Task.Run(async () =>
    {
        var ring = new Task[underWay];
        Array.Fill(ring, Task.CompletedTask);
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        long count = 0;
        for (var place = 0; count < most && Stopwatch.GetTimestamp() < end; place = (place + 1) % underWay, count++)
        {
            await ring[place];
            ring[place] = BeginNextAsync();
        }

        await Task.WhenAll(ring);
        return new Published(count, Stopwatch.GetTimestamp() - start);
    });

    private ValueTask PublishNextAsync()
    {
        var (channel, number) = Next();
        return channel.PublishAsync(number, Paddings[number % Paddings.Length]);
    }

    private Task BeginNextAsync()
    {
        var (channel, number) = Next();
        return channel.BeginAsync(number, Paddings[number % Paddings.Length]);
    }

    private (IPublishedChannel Channel, long Number) Next()
    {
        var turn = _turn;
        _turn = (turn + 1) % channels.Length;
        return (channels[turn], ++_numbers[turn]);
    }
}
