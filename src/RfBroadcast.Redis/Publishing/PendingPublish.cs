namespace RfBroadcast.Redis;

/// <summary>A message that waits to be accepted by Redis, and its publisher with it. A link of a chain: a batch is its first one.</summary>
internal sealed class PendingPublish(BroadcastMessage message, ItemKind kind, string? idempotencyKey, long since)
    : TaskCompletionSource<ChannelReceipt>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public BroadcastMessage Message => message;

    public ItemKind Kind => kind;

    public string? IdempotencyKey => idempotencyKey;

    /// <summary>When it was to be published; a timestamp.</summary>
    public long Since => since;

    /// <summary>How many bytes its item has.</summary>
    public int Size { get; } = MessageItem.SizeOf(message);

    /// <summary>The next of the same chain.</summary>
    public PendingPublish? Next { get; set; }

    /// <summary>Tells the first publisher of the chain that it failed, and the next ones as far as they have waited as long.</summary>
    /// <returns>The rest of the chain.</returns>
    public PendingPublish? FailOlder(long since, Exception fault)
    {
        var told = RedisFaults.Translate(fault, isWrite: true);
        var publish = this;
        do
        {
            publish.TrySetException(told);
            publish = publish.Next;
        }
        while (publish is not null && publish.Since <= since);

        return publish;
    }

    /// <summary>Tells all publishers of the chain that it failed.</summary>
    public void FailAll(Exception fault)
    {
        var told = RedisFaults.Translate(fault, isWrite: true);
        for (var publish = this; publish is not null; publish = publish.Next)
        {
            publish.TrySetException(told);
        }
    }
}
