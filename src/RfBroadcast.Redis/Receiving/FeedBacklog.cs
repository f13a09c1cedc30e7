namespace RfBroadcast.Redis;

/// <summary>
/// What has arrived for one channel and waits for the hub to have room, in order. Messages count in the budget; edges of
/// presence are few and always taken. Guarded by the feed's lock.
/// </summary>
internal sealed class FeedBacklog(ReceiveBudget budget)
{
    // How much a message counts besides its data.
    private const int Overhead = 256;

    private readonly Queue<object> _items = new();

    public bool IsEmpty => _items.Count == 0;

    /// <summary>Adds an item; false when there is no budget for it.</summary>
    public bool TryAdd(object item)
    {
        if (!budget.TryTake(SizeOf(item)))
        {
            return false;
        }

        _items.Enqueue(item);
        return true;
    }

    /// <summary>Adds an edge, budget or not.</summary>
    public void Add(PresenceEdge edge) => _items.Enqueue(edge);

    public bool TryTake(out object? item)
    {
        if (!_items.TryDequeue(out item))
        {
            return false;
        }

        budget.Return(SizeOf(item));
        return true;
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        while (TryTake(out _))
        {
            // Each gives back what it took.
        }
    }

    private static int SizeOf(object item) => item is BroadcastMessage message ? message.Data.Length + Overhead : 0;
}
