using System.Collections.Concurrent;

namespace RfBroadcast;

/// <summary>
/// Remembers the receipts of broadcasts with a key, so that repeating the call publishes nothing again. A call that fails is
/// forgotten at once and may be repeated; calls that come while the first one runs wait for it.
/// </summary>
internal sealed class IdempotencyWindow(TimerWheel wheel, TimeSpan window)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<BroadcastReceipt?>> _receipts = new(StringComparer.Ordinal);

    public async ValueTask<BroadcastReceipt> RunAsync(
        string key,
        Func<CancellationToken, ValueTask<BroadcastReceipt>> publish,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var mine = new TaskCompletionSource<BroadcastReceipt?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = _receipts.GetOrAdd(key, mine);
            if (ReferenceEquals(first, mine))
            {
                return await PublishAsync(key, mine, publish, cancellationToken).ConfigureAwait(false);
            }

            if (await first.Task.WaitAsync(cancellationToken).ConfigureAwait(false) is { } receipt)
            {
                return receipt;
            }

            // The first call failed, which only its own caller is told. This one tries for itself.
        }
    }

    private async ValueTask<BroadcastReceipt> PublishAsync(
        string key,
        TaskCompletionSource<BroadcastReceipt?> mine,
        Func<CancellationToken, ValueTask<BroadcastReceipt>> publish,
        CancellationToken cancellationToken)
    {
        try
        {
            var receipt = await publish(cancellationToken).ConfigureAwait(false);
            mine.SetResult(receipt);
            wheel.Schedule(window, () => _receipts.TryRemove(key, out _));
            return receipt;
        }
        catch
        {
            _receipts.TryRemove(key, out _);
            mine.SetResult(null); // tells those who wait to try for themselves
            throw;
        }
    }
}
