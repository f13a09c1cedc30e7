using StackExchange.Redis;

namespace RfBroadcast.Benchmarks;

/// <summary>What <c>fanout</c> and <c>redis</c> have in common: how they end when they are called wrongly or fail, and where what they measured goes.</summary>
internal static class MeasuringCommand
{
    /// <summary>Runs it; gives the exit code.</summary>
    /// <param name="usage">How it is called.</param>
    /// <param name="options">How it was called; null when wrongly.</param>
    /// <param name="measure">Measures.</param>
    /// <param name="targets">What was to be reached.</param>
    /// <param name="mark">Between which marks of a file the tables go.</param>
    public static async Task<int> RunAsync(
        string usage,
        RunOptions? options,
        Func<RunOptions, Results, Task> measure,
        IReadOnlyList<Target> targets,
        string mark)
    {
        if (options is null)
        {
            await Console.Error.WriteLineAsync(usage);
            return 2;
        }

        var results = new Results();
        try
        {
            await measure(options, results);
        }
        catch (Exception fault) when (fault is InvalidDataException or InvalidOperationException or PlatformNotSupportedException or RedisException)
        {
            await Console.Error.WriteLineAsync("FAILED: " + fault.Message);
            return 1;
        }

        await options.WriteAsync(results, targets, mark);
        return 0;
    }
}
