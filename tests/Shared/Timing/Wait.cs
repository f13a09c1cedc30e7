namespace RfBroadcast.TestSupport;

/// <summary>Awaited conditions. The limit only ends a test that would hang; no test measures it.</summary>
internal static class Wait
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"It never came true: {what}");
            }

            await Task.Delay(1, CancellationToken.None);
        }
    }

    public static Task InTimeAsync(this Task task) => task.WaitAsync(Limit);

    public static Task<T> InTimeAsync<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task<T> InTimeAsync<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    public static Task InTimeAsync(this ValueTask task) => task.AsTask().WaitAsync(Limit);
}
